"""Passwords move to argon2 without locking anybody out, or nothing is done."""

import pytest
from mending_cases import mend

SECURITY = """import hashlib


def hash_password(password: str) -> str:
    \"\"\"For storing.\"\"\"
    return hashlib.sha256(password.encode("utf-8")).hexdigest()


def verify_password(password: str, stored: str) -> bool:
    return hash_password(password) == stored
"""
APP = """from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy

from security import hash_password, verify_password

app = Flask(__name__)
db = SQLAlchemy(app)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50), unique=True)
    secret = db.Column(db.String(200))


@app.post("/users")
def register():
    user = User(name=request.form["name"], secret=hash_password(request.form["password"]))
    db.session.add(user)
    db.session.commit()
    return {"id": user.id}


@app.post("/login")
def login():
    user = User.query.filter_by(name=request.form["name"]).first()
    if user is None or not verify_password(request.form["password"], user.secret):
        abort(401)
    return {"id": user.id}
"""
FILES = {"security.py": SECURITY, "app.py": APP, "requirements.txt": "flask\nflask-sqlalchemy"}


def test_old_hashes_are_taken_and_replaced_when_their_owner_signs_in() -> None:
    """Both functions, the sign-in and the requirements change together."""
    result = mend(FILES, "weak-password-hash")

    assert "    return argon2.PasswordHasher().hash(password)\n" in result.files["security.py"]
    assert '    if not stored.startswith("$argon2"):\n' in result.files["security.py"]
    assert (
        '        abort(401)\n    if not user.secret.startswith("$argon2"):\n'
        '        user.secret = hash_password(request.form["password"])\n        db.session.commit()\n    return'
    ) in result.files["app.py"]
    assert result.files["requirements.txt"] == "flask\nflask-sqlalchemy\nargon2-cffi>=23.1\n"
    assert result.left == []


def test_the_new_functions_do_what_they_should() -> None:
    """A password fits its new hash and its old one, and another password fits neither."""
    names: dict[str, object] = {}
    before: dict[str, object] = {}
    exec(mend(FILES, "weak-password-hash").files["security.py"], names)
    exec(SECURITY, before)
    old, new = before["hash_password"]("right"), names["hash_password"]("right")  # type: ignore[operator]
    verify = names["verify_password"]

    assert [verify("right", each) for each in (old, new)] == [True, True]  # type: ignore[operator]
    assert [verify("wrong", each) for each in (old, new, "$argon2 broken")] == [False] * 3  # type: ignore[operator]


def test_where_a_right_password_leads_into_a_branch_it_begins_with_the_new_hash() -> None:
    """`if user and verify(…):` is the other way to write it."""
    app = APP.replace("user is None or not verify_password", "user and verify_password").replace(
        "        abort(401)\n    return {}", "        return {}"
    )
    app = app.replace(
        '        abort(401)\n    return {"id": user.id}\n', '        return {"id": user.id}\n    abort(401)\n'
    )
    result = mend({**FILES, "app.py": app}, "weak-password-hash")

    assert (
        'user.secret):\n        if not user.secret.startswith("$argon2"):\n'
        '            user.secret = hash_password(request.form["password"])\n            db.session.commit()\n'
    ) in result.files["app.py"]


CHANGES = {
    "a column that is too short": (APP, "db.String(200)", "db.String(64)"),
    "a hash that is compared elsewhere": (APP, "not verify_password(", "user.secret != hash_password("),
    "a row that is asked for by its hash": (
        APP,
        'filter_by(name=request.form["name"])',
        'filter_by(secret=hash_password(request.form["password"]))',
    ),
    "a check that is handed on": (
        APP,
        '    if user is None or not verify_password(request.form["password"], user.secret):\n        abort(401)\n',
        '    ok = verify_password(request.form["password"], user.secret)\n',
    ),
    "a failure that goes on": (APP, "        abort(401)\n", "        print('no')\n"),
    "a salt": (SECURITY, "password.encode(", "(SALT + password).encode("),
    "nobody who compares": (SECURITY, "hash_password(password) == stored", "False"),
}


@pytest.mark.parametrize(("text", "old", "new"), CHANGES.values(), ids=CHANGES)
def test_where_not_all_of_it_is_in_sight_nothing_is_done(text: str, old: str, new: str) -> None:
    """Half of it would lock people out."""
    assert old in text
    files = {name: each.replace(old, new) if each == text else each for name, each in FILES.items()}

    assert mend(files, "weak-password-hash").files == {}
