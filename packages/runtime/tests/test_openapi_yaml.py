"""The document as YAML: what is read from it is what was written, and people can read it, too."""

from time import process_time
from typing import Any

import pytest
from backwright.openapi_yaml import as_yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from shop.service import Shop

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Any:
    """What a reader of YAML makes of a text."""
    return YAML(typ="safe", pure=True).load(text)


def test_a_document_stands_in_blocks() -> None:
    """Mappings, lists and lists of mappings; what is empty stands on its line."""
    document = {
        "openapi": "3.1.0",
        "paths": {"/orders/{id}": {"get": {"tags": ["Orders"], "security": [{"bearer": []}, {}]}}},
    }
    assert as_yaml(document) == (
        'openapi: "3.1.0"\n'
        "paths:\n"
        "  /orders/{id}:\n"
        "    get:\n"
        "      tags:\n"
        "        - Orders\n"
        "      security:\n"
        "        - bearer: []\n"
        "        - {}\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "200", "1.0", "true", "No", "null", "~", "a: b", "a #b", "#a", "- a", "a:", "a ", "2026-11-21",
        "a\nb", "\x00", "\x85", "\u2028", "\ufeff", "é", "😀", "it's", '"', "\\", "<<", "=", "%a", "@a", "`a`", "a\tb",
    ],
)  # fmt: skip
def test_texts_stay_texts(text: str) -> None:
    """As a value, as a key and in a list, whatever a reader could take them for."""
    document = {"value": text, "list": [text], "keys": {text: 1}}
    assert read(as_yaml(document)) == document


@given(document=st.dictionaries(st.text(max_size=20), VALUES, min_size=1, max_size=5))
def test_a_reader_gets_what_was_written(document: dict[str, Any]) -> None:
    """Any JSON document comes back as it was."""
    assert read(as_yaml(document)) == document


async def test_the_document_of_a_service_is_written_at_once(shop: Shop) -> None:
    """Whole, and in far less than a second of work."""
    document = (await shop.client.get("/openapi.json")).json()
    since = process_time()
    text = as_yaml(document)
    assert process_time() - since < 2
    assert read(text) == document
