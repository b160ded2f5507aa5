"""What callers only say is told from what they prove."""

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.frameworks.claims import claimed, claims_only, switched_checks

SOURCE = """
from fastapi import Header, HTTPException, Request


def by_word(x_user_id: int = Header()):
    return people[x_user_id]


def by_token(authorization: str = Header()):
    return people[sessions[authorization]]


def careful(request: Request):
    if request.headers.get("X-Strict", "yes") == "yes":
        raise HTTPException(status_code=403)


def both(request: Request):
    if request.headers.get("X-Html", "no") == "yes":
        raise HTTPException(status_code=401)
    else:
        raise HTTPException(status_code=403)
"""
FUNCTIONS = read_application({"guards.py": SOURCE}).project.functions


def test_a_plain_header_is_a_claim_and_a_token_is_not() -> None:
    """The name of a header tells whether it can prove anything."""
    assert claimed(FUNCTIONS["guards.by_word"]) == {"x_user_id"}
    assert claims_only(FUNCTIONS["guards.by_word"])
    assert not claims_only(FUNCTIONS["guards.by_token"])


def test_a_refusal_that_the_caller_switches_off_is_none() -> None:
    """Where both ways refuse, the switch chooses only how."""
    assert [is_right for _, is_right in switched_checks(FUNCTIONS["guards.careful"])] == [True]
    assert list(switched_checks(FUNCTIONS["guards.both"])) == []
