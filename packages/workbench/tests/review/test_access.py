"""What endpoints are for, what they touch, and what callers send: the answers that rules about access share."""

import pytest
from backwright_workbench.codebase.application import read_application
from backwright_workbench.review.access.endpoints import Endpoint, endpoints
from backwright_workbench.review.access.intents import Intent, intent_of_name
from backwright_workbench.review.access.people import is_account, is_credential, is_private

NOTES = """
import sqlite3

from flask import Flask, request

app = Flask(__name__)


def save(owner, text):
    conn = sqlite3.connect("a.db")
    conn.execute("INSERT INTO notes (user_id, text) VALUES (?, ?)", (owner, text))
    conn.commit()


@app.post("/notes")
def add():
    save(request.json["owner"], request.json["text"])
    return "ok"


@app.get("/")
def home():
    return "hello"
"""


def endpoint(name: str) -> Endpoint:
    """The endpoint of a handler of the notes."""
    return next(each for each in endpoints(read_application({"app.py": NOTES})).all if each.name == name)


@pytest.mark.parametrize(
    ("name", "intent"),
    [
        ("login_user", Intent.LOGIN),
        ("TokenObtainPairView", Intent.LOGIN),
        ("do_signup", Intent.REGISTER),
        ("registration_codes", Intent.OTHER),
        ("forgot-password", Intent.RESET),
        ("verify_otp", Intent.CODE),
        ("validate_code", Intent.OTHER),
        ("list_orders", Intent.OTHER),
    ],
)
def test_names_tell_what_an_endpoint_is_for(name: str, intent: Intent) -> None:
    """Login, registration and the like are told apart from what only sounds like them."""
    assert intent_of_name(name) is intent


def test_effects_are_found_behind_calls() -> None:
    """A handler that calls what writes is one that writes; a page is not."""
    assert endpoint("add").effects
    assert not endpoint("home").effects


def test_a_table_of_plain_sql_is_known_by_its_statements() -> None:
    """No model describes it, and still it has an owner and belongs to somebody."""
    (table,) = endpoint("add").models
    assert set(table.columns) == {"user_id", "text"}
    assert is_private(table)
    assert not is_account(table)


@pytest.mark.parametrize(
    ("column", "expected"),
    [("password_hash", True), ("hashed_password", True), ("password_changed_at", False), ("api_key", False)],
)
def test_credentials_are_passwords_and_their_hashes(column: str, expected: bool) -> None:
    """Not what is about a password, nor a key that its owner may read."""
    assert is_credential(column) is expected
