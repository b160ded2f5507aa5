"""How briefs say that those who share a service see nothing of each other.

What lives here: patterns, as data. What must not: code that reads them (`tenancy.py`).
"""

from typing import Final

from backwright_workbench.brief.grammar import phrase

NOUNS: Final = (
    "companies|company|organisations|organisation|organizations|organization|tenants|tenant|workspaces|workspace"
    "|firms|firm|agencies|agency|clinics|clinic|practices|practice|schools|school|franchises|franchise"
    "|dealerships|dealership"
)
"""What a tenant is called. Customers and users are none: they see their own rows, which is a right."""

_NOUN: Final = rf"(?P<noun>{NOUNS})"
_MAY: Final = r"(?:(?:can|may|must|should|shall|will|to|be|able|only|is|are|allowed) )*"
_SEES: Final = r"(?:sees?|accesses|access|views?|reads?|works? with|ha(?:s|ve) access to|manages?)"
_DATA: Final = r"(?:data|records|rows|information|content|stuff)"
_APART: Final = (
    r"(?:(?:fully|strictly|completely|logically|totally) )*(?:isolated|separated|kept apart|kept separate)"
    r"(?: (?:from (?:each other|one another|the others?|other \S+)))?"
)

MULTI: Final = phrase(
    r"multi ?tenan(?:cy|t|ts)(?: (?:support|architecture|saas|isolation|system|service|application|app|api|platform"
    r"|data isolation|backend))*|tenant (?:isolation|data isolation|aware)"
    r"|isolat(?:e|ed|ion) (?:per|by|between) tenants?"
)
"""That there are tenants, without saying what they are called."""

NAMED: Final = (
    phrase(rf"(?:each|every|an?|the) {_NOUN} {_MAY}{_SEES} (?:only )?(?:its|their) own {_DATA}"),
    phrase(rf"{_NOUN} {_MAY}{_SEES} (?:only )?(?:its|their) own {_DATA}"),
    phrase(
        rf"(?:(?:the|all) )?(?:{_DATA} of )?(?:(?:each|every|different|all|the) )?{_NOUN} {_MAY}(?:stays? )?{_APART}"
    ),
    phrase(
        rf"{_DATA} (?:is|are|must be|should be|stays?) {_APART} (?:per|by|between|for each|for every) {_NOUN}"
    ),
    phrase(rf"(?:per|by) {_NOUN} (?:{_DATA} )?isolation"),
    phrase(
        rf"no {_NOUN} (?:can |may |ever )*{_SEES} (?:the )?{_DATA} of"
        rf" (?:another|others|(?:another|other) (?:{NOUNS}))"
    ),
)
"""That the rows of one are hidden from the others, and what they are called."""
