"""Conditional requests: tags that change with what is shown, and preconditions that hold."""

import pytest
from backwright.conditional import digest, expected_version, row_tag
from backwright.errors import BadRequest, PreconditionFailed, PreconditionRequired
from shop.service import Shop
from starlette.requests import Request

TAG = '"3-0123456789abcdef"'


def request(*tags: str) -> Request:
    """A request with these `If-Match` headers."""
    return Request({"type": "http", "headers": [(b"if-match", tag.encode()) for tag in tags]})


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), None), (("*",), None), ((TAG,), 3), ((f' {TAG} , "7-0123456789abcdef"',), 7), ((TAG, 'W/"x"'), 3),
        ((TAG, '"9-0123456789abcdef"'), 9),
    ],
)  # fmt: skip
def test_if_match_names_a_version(tags: tuple[str, ...], expected: int | None) -> None:
    """Of several only the latest can be the stored one, because versions only grow."""
    assert expected_version(request(*tags), required=False) == expected


@pytest.mark.parametrize(
    "tag", ['"x"', '"3"', '"3-0123456789abcdeF"', f"W/{TAG}", '"-0123456789abcdef"', '"", "y"',
            '"9999999999-0123456789abcdef"', '"٣-0123456789abcdef"']
)  # fmt: skip
def test_what_is_no_strong_tag_of_ours_matches_nothing(tag: str) -> None:
    """Strong comparison (RFC 9110 §13.1.1): a weak tag never does."""
    with pytest.raises(PreconditionFailed):
        expected_version(Request({"type": "http", "headers": [(b"if-match", tag.encode())]}), required=False)


@pytest.mark.parametrize("text", ["", "x", '"3-0123456789abcdef', "3", f"{TAG} {TAG}", f"{TAG},", ","])
def test_what_is_no_tag_at_all_is_a_mistake(text: str) -> None:
    """400 (RFC 9110 §8.8.3), so that nobody takes a typo for a conflict."""
    with pytest.raises(BadRequest, match="entity tags"):
        expected_version(request(text), required=False)


def test_where_it_is_required_it_is_asked_for() -> None:
    """428 says what to send."""
    with pytest.raises(PreconditionRequired, match="Send If-Match"):
        expected_version(request(), required=True)


def test_a_tag_changes_with_what_is_shown() -> None:
    """Version and content."""
    body = b'{"version":3}'
    assert row_tag(body) == f'"3-{digest(body)}"'
    assert row_tag(body, 4) != row_tag(body)
    assert digest(b"a") != digest(b"b")


async def test_what_has_not_changed_is_not_sent_again(shop: Shop) -> None:
    """304 without a body, with the tag, the cache rules and `Vary`; for rows and for lists."""
    product = await shop.product()
    for path in (f"/products/{product['id']}", "/products", "/products?sort=price"):
        first = await shop.get("manager", path)
        tag = first.headers["etag"]
        assert not tag.startswith("W/")
        for value in (tag, f'"x", {tag}', f"W/{tag}", "*"):
            again = await shop.call("manager", "GET", path, headers={"If-None-Match": value})
            assert (again.status_code, again.content) == (304, b"")
            for name in ("etag", "vary", "cache-control"):
                assert again.headers[name] == first.headers[name]
        other = await shop.call("manager", "GET", path, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200
    before = (await shop.get("manager", "/products")).headers["etag"]
    await shop.patch("manager", f"/products/{product['id']}", {"stock": 3})
    assert (await shop.get("manager", "/products")).headers["etag"] != before


async def test_a_compressed_answer_and_its_304_say_the_same(shop: Shop) -> None:
    """`Vary` names each header once, whether the body was worth compressing or not."""
    for count in (1, 9):
        for _ in range(count):
            await shop.product()
        first = await shop.call("manager", "GET", "/products", headers={"Accept-Encoding": "gzip"})
        assert first.headers["vary"] == "Authorization, Accept-Encoding"
        again = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["etag"]}
        assert (await shop.call("manager", "GET", "/products", headers=again)).headers[
            "vary"
        ] == first.headers["vary"]
    assert first.headers["content-encoding"] == "gzip"


async def test_roles_have_different_tags(shop: Shop) -> None:
    """They are shown different things of the same version."""
    product = await shop.product(cost="1.00")
    path = f"/products/{product['id']}"
    assert (await shop.get("manager", path)).headers["etag"] != (await shop.get(None, path)).headers["etag"]


async def test_a_change_with_the_right_tag_goes_through(shop: Shop) -> None:
    """The tag of a read, of a create and of a patch; an older one is 412; none is 428 where it must be."""
    made = await shop.post("manager", "/products", {"sku": "A", "title": "x", "price": "1.00"})
    path = f"/products/{made.json()['id']}"
    first = await shop.patch("manager", path, {"stock": 1}, made.headers["etag"])
    assert first.status_code == 200
    assert (await shop.patch("manager", path, {"stock": 2}, made.headers["etag"])).status_code == 412
    second = await shop.patch("manager", path, {"stock": 2}, first.headers["etag"])
    assert second.status_code == 200
    for method in ("PATCH", "DELETE"):
        answer = await shop.call("manager", method, path, json={"stock": 1})
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    assert (
        await shop.call("manager", "DELETE", path, headers={"If-Match": second.headers["etag"]})
    ).status_code == 204


async def test_a_precondition_on_a_missing_row_is_not_found(shop: Shop) -> None:
    """And on another one's row too."""
    answer = await shop.patch("manager", "/products/01935b2e-7c00-7000-8000-000000000001", {"stock": 1}, TAG)
    assert answer.status_code == 404
