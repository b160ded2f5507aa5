"""Verbs whose doing is a thing of its own, and what it is called.

What lives here: tables and patterns, as data. What must not: code that reads them (`deeds.py`).
"""

import re
from dataclasses import dataclass

from backwright_workbench.brief.grammar import word_set


@dataclass(frozen=True)
class Deed:
    """The noun of a verb, and the words that must follow the verb for it to be meant; empty if none need to."""

    noun: str
    after: frozenset[str] = frozenset()


_FOR = word_set("for to in at onto with")
DEEDS: dict[str, Deed] = {
    **dict.fromkeys(("enroll", "enrol", "enrolls", "enrols"), Deed("enrollment", _FOR)),
    **dict.fromkeys(("sign up", "signs up"), Deed("signup", _FOR)),
    **dict.fromkeys(("register", "registers"), Deed("registration", word_set("for"))),
    **dict.fromkeys(("apply", "applies"), Deed("application", word_set("for to"))),
    **dict.fromkeys(("subscribe", "subscribes"), Deed("subscription", word_set("to for"))),
    **dict.fromkeys(("donate", "donates"), Deed("donation", word_set("to"))),
    **dict.fromkeys(("bid", "bids"), Deed("bid", word_set("on for"))),
    **dict.fromkeys(("vote", "votes"), Deed("vote", word_set("on for in"))),
    **dict.fromkeys(("rsvp",), Deed("rsvp", word_set("to for"))),
    **dict.fromkeys(("comment", "comments"), Deed("comment", word_set("on"))),
    **dict.fromkeys(("book", "books"), Deed("booking")),
    **dict.fromkeys(("reserve", "reserves"), Deed("reservation")),
    **dict.fromkeys(("borrow", "borrows"), Deed("loan")),
    **dict.fromkeys(("rent", "rents"), Deed("rental")),
    **dict.fromkeys(("rate", "rates", "review", "reviews"), Deed("review")),
    **dict.fromkeys(("hand in", "hands in", "turn in", "turns in"), Deed("submission")),
}
FAMILIES = (
    word_set(
        "booking reservation appointment rental hire signup registration enrollment rsvp attendance participation"
    ),
    word_set("loan lending checkout rental hire"),
    word_set("application"),
    word_set("vote ballot"),
    word_set("bid offer"),
    word_set("donation pledge contribution"),
    word_set("review rating feedback"),
    word_set("subscription membership"),
    word_set("comment reply"),
    word_set("submission"),
)
"""Nouns that stand for the same doing: where one is there, no other is made."""
OF_ITSELF = word_set(
    "appointment session visit consultation meeting call slot ticket trip ride table interview"
)
"""What is booked by being entered: no thing between it and who books."""
STAFF = word_set(
    "admin manager editor moderator staff librarian teacher supervisor coordinator reviewer recruiter owner"
)
"""Who reviews and rates as work, which leads to a state and no row."""
STORY = re.compile(r"^as (?:an?|the) (?P<role>\w+(?: \w+)?) ,? ?i (?!dont |cannot |cant |must not )")
SUBJECT = re.compile(
    r"^(?:(?:and|only|all|every|each|an?|the|registered|signed in|our) )*(?P<role>\w+) (?:can|may|should|must|will)? ?"
)
MEASURES = {
    "grade": "grade",
    "grades": "grade",
    "score": "score",
    "scores": "score",
    "rate": "rating",
    "rates": "rating",
}
"""Verbs that give a number to what they are done to."""
OCCASION = re.compile(
    r"(?<!\S)(?:when(?:ever)?|each time|every time) .+? (?:we|i|they|staff|somebody) (?:also )?(?:record|make|create"
    r"|enter|open|register|log|write)s? (?=an? )"
)
"""`When an object leaves, we record …`: what is recorded is about the object."""
WHEN_FIELD = re.compile(
    r"(?:for|on) (?:an?|the|one) (?P<name>(?:(?!same)\w+ )?(?:date|day|time|month|week))(?= ?[,.]|$| and)"
)
