"""Names: the words they fall into, and which of them belong to secrets."""

import pytest
from backwright_workbench.codebase.facts.words import hidden, phrase, secret_kind, words


@pytest.mark.parametrize(
    "name", ["newUserPassword", "NEW_USER_PASSWORD", "new-user-password", "NewUserPassword"]
)
def test_a_name_has_the_same_words_however_it_is_spelled(name: str) -> None:
    """Camel case, capitals, dashes and underscores are read alike."""
    assert words(name) == ("new", "user", "password")


def test_capitals_before_a_word_are_a_word_of_their_own() -> None:
    """`JWTSecret` is JWT and secret; a number stays with the letters before it."""
    assert words("JWTSecret_v2") == ("jwt", "secret", "v2")


def test_phrases_keep_numbers_apart_but_not_those_of_a_known_word() -> None:
    """Patterns find `user 2`, and `oauth2` as well, which everybody spells in another way."""
    assert phrase("getUser2") == "get user 2"
    assert phrase("OAuth2Scheme") == phrase("oauth_2_scheme") == "oauth2 scheme"
    assert phrase("sign_in") == "signin"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("db_password", "password"), ("SECRET_KEY", "key"), ("stripeApiKey", "key"), ("refresh_token", "token")],
)
def test_the_name_of_a_secret_says_its_kind(name: str, kind: str) -> None:
    """Passwords, keys and tokens are told apart."""
    assert secret_kind(name) == kind


@pytest.mark.parametrize(
    "name", ["password_min_length", "token_url", "is_password", "verify_token", "primary_key", "pass", ""]
)
def test_a_name_that_is_only_about_a_secret_is_none(name: str) -> None:
    """Lengths, addresses, questions and keys of tables are no secrets."""
    assert secret_kind(name) == ""


def test_a_secret_is_never_shown_whole() -> None:
    """Two characters are enough to find it again; a short one would be given away by them."""
    assert hidden("sk_live_1234") == "sk…"
    assert hidden("abcd") == "…"
