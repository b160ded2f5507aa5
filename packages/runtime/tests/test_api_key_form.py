"""A key has a form that scanners find, people recognise, and nothing else has."""

import re
import secrets
from uuid import UUID

import pytest
from backwright.api_key_form import (
    DIGITS,
    PATTERN,
    holds_key,
    looks_like_key,
    new_secret,
    prefix_of,
    read,
    start,
    write,
)
from backwright.entity import new_id


def test_what_is_written_is_read() -> None:
    """For any id and secret, the smallest and the largest included."""
    for number in (0, 1, (1 << 128) - 1, *(secrets.randbits(128) for _ in range(50))):
        id_, secret = UUID(int=number), new_secret()
        text = write("office", id_, secret)
        found = read(text)
        assert found is not None
        assert (found.id, found.secret) == (id_, secret)
        assert re.fullmatch(PATTERN, text)
        assert text.startswith(start("office", id_) + ".")


def test_every_single_wrong_character_is_noticed() -> None:
    """The checksum covers prefix, id and secret: a mistyped key costs no look into the database."""
    text = write("office", new_id(), new_secret())
    for place, character in enumerate(text):
        wrong = "y" if character == "x" else "x"
        assert read(text[:place] + wrong + text[place + 1 :]) is None, place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "office_",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        f"{'9' * 3}_{'0' * 22}.{'0' * 49}",
        f"office_{'z' * 22}.{'0' * 49}",
        "\u0660" * 80,
    ],
)
def test_what_is_no_key_is_not_read(text: str) -> None:
    """Other credentials, prefixes that begin with a digit, digits of other scripts, ids beyond 128 bits."""
    assert read(text) is None


def test_an_id_beyond_128_bits_is_refused_though_its_checksum_fits() -> None:
    """22 digits hold a little more than an id."""
    from backwright.api_key_form import checksum

    begun = f"office_{'z' * 22}.{'0' * 43}"
    assert looks_like_key(begun + checksum(begun))
    assert read(begun + checksum(begun)) is None


def test_a_token_does_not_look_like_a_key() -> None:
    """An access token has two dots, a key one; so one header can carry both kinds."""
    assert looks_like_key(write("office", new_id(), new_secret()))
    assert not looks_like_key("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")


def test_a_key_is_found_inside_other_text() -> None:
    """Between the signs of an address, under any name; not in longer words."""
    key = write("office", new_id(), new_secret())
    assert holds_key(f"page=2&token={key}&x=1".encode())
    assert holds_key(f"q=%22{key}".encode())
    assert not holds_key(f"q={key}more".encode())
    assert not holds_key(b"api_key=none")


@pytest.mark.parametrize(
    ("service", "prefix"),
    [
        ("office", "office"),
        ("work-orders", "workorders"),
        ("a", "bwk"),
        ("x" * 60, "x" * 20),
        ("Büro", "bro"),
    ],
)
def test_the_prefix_is_the_name_of_the_service(service: str, prefix: str) -> None:
    """Its letters and digits; where they make no prefix, that of all services."""
    assert prefix_of(service) == prefix
    assert looks_like_key(write(prefix, new_id(), new_secret()))


def test_secrets_have_256_bits_and_differ() -> None:
    """43 digits out of 62."""
    made = {new_secret() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 43 and set(each) <= set(DIGITS) for each in made)


def test_the_secret_is_not_shown() -> None:
    """A representation may end up in a log."""
    secret = new_secret()
    assert secret not in repr(read(write("office", new_id(), secret)))
