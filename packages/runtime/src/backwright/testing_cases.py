"""Requests made up from an OpenAPI document: right ones and wrong ones, for each operation.

What lives here: generating them, by Schemathesis, each time the same, and holding an answer against the document. What
must not: sending them (`testing_contract.py`), and what has to be there for a right one to be accepted
(`testing_aims.py`).
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import httpx2

Document = dict[str, Any]

REFUSALS: Final = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "415", "422", "428", "429"]
"""Statuses that refuse a wrong request; no server error is one. A wrong If-Match matches nothing (412)."""

LONGEST_URL: Final = 8_000
"""Characters of an address; clients refuse to send much longer ones."""


@dataclass(frozen=True)
class Operation:
    """An operation of the document, whether it needs a signed-in caller, and requests for it."""

    method: str
    path: str
    is_closed: bool
    right: list[Any]
    wrong: list[Any]

    def __str__(self) -> str:
        """As people write it: `GET /work-orders/{id}`."""
        return f"{self.method.upper()} {self.path}"


def operations(
    document: Document,
    examples: int,
    *,
    seed: int | None = None,
    edges: int = 0,
    wrong_edges: int = 0,
) -> Iterator[Operation]:
    """Each operation with as many right requests and as many wrong ones; other ones with another seed.

    To the right ones come up to `edges` at the limits of what the document allows (longest, smallest, each choice), to
    the wrong ones up to `wrong_edges` just beyond.

    Schemathesis gets the document without security: it would leave out the token that a caller sends anyway.
    """
    import schemathesis
    from schemathesis import GenerationMode

    document = copy.deepcopy(document)
    closed = set()
    for path, item in document["paths"].items():
        for method, described in item.items():
            security = described.pop("security", []) if isinstance(described, dict) else []
            if security and {} not in security:
                closed.add((method, path))
    config = schemathesis.Config.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
    )
    schema: Any = schemathesis.openapi.from_dict(document, config=config)
    for found in schema.get_all_operations():
        each = found.ok()
        yield Operation(
            method=each.method,
            path=each.path,
            is_closed=(each.method, each.path) in closed,
            right=[
                *_cases(each, GenerationMode.POSITIVE, examples, seed),
                *_edges(each, GenerationMode.POSITIVE, edges),
            ],
            wrong=[
                *_cases(each, GenerationMode.NEGATIVE, examples, seed),
                *_edges(each, GenerationMode.NEGATIVE, wrong_edges),
            ],
        )


def _cases(operation: Any, mode: Any, examples: int, number: int | None) -> list[Any]:
    """Requests for one operation; none where nothing in it can be wrong."""
    from hypothesis import HealthCheck, Phase, assume, given, seed, settings
    from hypothesis.errors import Unsatisfiable

    found: list[Any] = []

    def keep(case: Any) -> None:
        assume(len(request(case, "http://service")["url"]) <= LONGEST_URL)
        found.append(case)

    bind: Any = given
    run: Any = settings(
        max_examples=examples,
        derandomize=number is None,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(bind(operation.as_strategy(generation_mode=mode))(keep))
    run = run if number is None else seed(number)(run)
    try:
        run()
    except Unsatisfiable:
        return []
    return found


def _edges(operation: Any, mode: Any, most: int) -> list[Any]:
    """Requests at the limits of the document."""
    if not most:
        return []
    config = operation.schema.config.generation_for(operation=operation, phase="coverage")
    found = operation.schema.iter_coverage_cases(
        operation=operation, generation_modes=[mode], generation_config=config
    )
    short = (each for each in found if len(request(each, "http://service")["url"]) <= LONGEST_URL)
    return list(islice((each for each in short if each.method.lower() == operation.method.lower()), most))


def request(case: Any, base: str) -> dict[str, Any]:
    """The very bytes that Schemathesis would send, as arguments of an HTTP client."""
    import requests

    prepared = requests.Request(**case.as_transport_kwargs(base_url=base)).prepare()
    return {
        "method": str(prepared.method),
        "url": str(prepared.url),
        "headers": {
            name: each for name, each in prepared.headers.items() if name.lower() != "content-length"
        },
        "content": prepared.body.encode() if isinstance(prepared.body, str) else prepared.body,
    }


def fault(case: Any, answer: httpx2.Response, *, is_right: bool) -> str | None:
    """What an answer breaks: status, media type, schema, headers, no server error, no acceptance of wrong data.

    Right by its schema is not yet acceptable: a password may be too common, a name taken. And Schemathesis looks
    anew at a request that was aimed at something, and does not know a file for what the document allows.
    """
    from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

    excluded = [positive_data_acceptance, *([negative_data_rejection] if is_right else [])]
    try:
        case.validate_response(answer, excluded_checks=excluded)
    except (BaseExceptionGroup, AssertionError) as error:
        return str(error)
    return None
