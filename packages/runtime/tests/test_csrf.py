"""What a write has to show before a cookie counts for it."""

from uuid import UUID

import pytest
from backwright.csrf import Csrf
from backwright.errors import Error, Kind, UnsupportedMediaType
from backwright.replies import Pair

SECRET = b"a secret for tests only, forty-eight characters!"
ADA, BOB = UUID(int=1), UUID(int=2)


@pytest.fixture
def csrf() -> Csrf:
    """Of a service behind a proxy, with one front end."""
    return Csrf(SECRET, public_url="https://api.example.org", origins=["https://app.example.org"])


def sent(csrf: Csrf, *more: Pair, origin: bytes | None = b"https://api.example.org") -> list[Pair]:
    """The headers of a good write of Ada's, with others before them."""
    own = [(b"host", b"10.0.0.7:8000"), (b"x-csrf-token", csrf.token(ADA).encode())]
    return [*more, *own, *([(b"origin", origin)] if origin is not None else [])]


def refusal(csrf: Csrf, headers: list[Pair]) -> Kind | None:
    try:
        csrf.check(headers, ADA)
    except Error as error:
        return error.kind
    return None


def test_a_token_belongs_to_one_session_of_one_service(csrf: Csrf) -> None:
    """It is 256 bits, the same in every process, and of no use elsewhere."""
    assert len(csrf.token(ADA)) == 43
    assert csrf.token(ADA) == Csrf(SECRET, public_url="https://x.org", origins=[]).token(ADA)
    assert csrf.token(ADA) != csrf.token(BOB)
    assert csrf.token(ADA) != Csrf(SECRET[::-1], public_url="https://x.org", origins=[]).token(ADA)
    assert refusal(csrf, sent(csrf)) is None
    assert refusal(csrf, [(b"x-csrf-token", csrf.token(BOB).encode()), *sent(csrf)]) is Kind.FORBIDDEN


@pytest.mark.parametrize(
    ("origin", "fine"),
    [
        (b"https://api.example.org", True),  # what PUBLIC_URL says
        (b"https://app.example.org", True),  # what BROWSER_ORIGINS says
        (b"https://10.0.0.7:8000", True),  # the address that was called
        (b"http://api.example.org", False),
        (b"https://api.example.org:8443", False),
        (b"https://api.example.org.evil.com", False),
        (b"https://evilapi.example.org", False),
        (b"https://app.example.org/", False),
        (b"https://", False),
        (b"null", False),
        (b"", False),
        (None, False),
    ],
)
def test_an_origin_is_ours_as_a_whole_or_not_at_all(csrf: Csrf, origin: bytes | None, fine: bool) -> None:
    """Prefixes, suffixes, other ports and schemes are other origins; and nobody comes without one."""
    assert refusal(csrf, sent(csrf, origin=origin)) is (None if fine else Kind.FORBIDDEN)


@pytest.mark.parametrize("origin", [b"https://api.example.org", b"https://app.example.org", None, b"null"])
@pytest.mark.parametrize("site", [b"same-origin", b"same-site", b"cross-site", b"none", b"made up"])
def test_what_the_browser_says_must_fit(csrf: Csrf, origin: bytes | None, site: bytes) -> None:
    """Only a front end that is listed may be of another origin."""
    listed = origin == b"https://app.example.org"
    ours = origin == b"https://api.example.org" and site in (b"same-origin", b"none")
    fine = listed or ours or (origin is None and site == b"same-origin")
    headers = sent(csrf, (b"sec-fetch-site", site), origin=origin)
    assert (refusal(csrf, headers) is None) is fine


@pytest.mark.parametrize(
    ("media", "fine"),
    [
        (b"application/json", True),
        (b"application/merge-patch+json; charset=utf-8", True),
        (b"multipart/form-data; boundary=x", True),  # an upload; the token stands alone
        (b"text/plain", False),
        (b" Text/Plain;charset=utf-8", False),
        (b"application/x-www-form-urlencoded", False),
        (b"", False),
        (None, False),
    ],
)
def test_a_body_is_of_a_kind_that_no_form_sends(csrf: Csrf, media: bytes | None, fine: bool) -> None:
    """Whether its length is announced or not; without a body there is nothing to say."""
    kind = [(b"content-type", media)] if media is not None else []
    for length in ((b"content-length", b"2"), (b"transfer-encoding", b"chunked")):
        if fine:
            csrf.check(sent(csrf, length, *kind), ADA)
        else:
            with pytest.raises(UnsupportedMediaType):
                csrf.check(sent(csrf, length, *kind), ADA)
    csrf.check(sent(csrf, (b"content-length", b"0"), *kind), ADA)


def test_of_a_header_that_comes_twice_the_first_counts(csrf: Csrf) -> None:
    """As for whoever reads the body, so that the two never judge different ones."""
    json, text = (b"content-type", b"application/json"), (b"content-type", b"text/plain")
    csrf.check(sent(csrf, (b"content-length", b"2"), json, text), ADA)
    with pytest.raises(UnsupportedMediaType):
        csrf.check(sent(csrf, (b"content-length", b"2"), text, json), ADA)
