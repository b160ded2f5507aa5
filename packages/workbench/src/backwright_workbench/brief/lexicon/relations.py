"""Verbs and phrases between two nouns that relate them.

What lives here: tables and patterns, as data. What must not: code that reads them (`relations.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

ASSOCIATIONS = {
    "borrow": "loan",
    "borrows": "loan",
    "lend": "loan",
    "enroll": "enrollment",
    "enrol": "enrollment",
    "enrolls": "enrollment",
    "enrolled": "enrollment",
    "book": "booking",
    "books": "booking",
    "reserve": "booking",
    "reserves": "booking",
    "rent": "rental",
    "rents": "rental",
    "order": "order",
    "buy": "order",
    "purchase": "order",
    "review": "review",
    "reviews": "review",
    "rate": "review",
    "apply": "job application",
    "vote": "vote",
    "votes": "vote",
    "bid": "bid",
    "donate": "donation",
    "subscribe": "subscription",
}
"""Verbs between two things whose doing is a thing of its own."""
MAKES = word_set(
    "place places create creates write writes own owns submit submits post posts make "
    "makes teach teaches manage manages file"
    " files publish publishes report reports log logs raise raises have has lead leads "
    "run runs organize organizes host hosts"
    " receive receives pay pays give gives conduct conducts supervise supervises open opens hold holds"
)
PASSIVE = {
    "assigned": "assignee",
    "written": "author",
    "authored": "author",
    "owned": "owner",
    "reported": "reporter",
    "submitted": "submitter",
    "uploaded": "uploader",
    "organized": "organizer",
    "organised": "organizer",
    "approved": "approver",
    "reviewed": "reviewer",
    "requested": "requester",
    "created": "creator",
    "posted": "author",
    "managed": "manager",
    "handled": "handler",
}
OPTIONAL = re.compile(
    r"(?<!\S)(?:can|may|optionally|could|might|optional|sometimes|zero or one|if any)(?!\S)"
)
AUX = (
    r"(?:(?:is|are|be|was|were|can|may|must|should|will|could|also|always|optionally|only"
    r"|then|which|that|and|has to|have to|they|it|each) )*"
)
TO_ONE = re.compile(
    rf"{AUX}(?:belongs?|belonging|(?:refers?|links?|relates?|report(?:s|ing)?|points?)"
    rf"|(?P<verb>assigned|linked|related|attached|connected|tied|associated|"
    r"made|placed|written|authored|created|posted|owned|submitted|taught|led|managed"
    r"|handled|reported|booked|issued|sold|supplied|driven|treated|"
    r"reviewed|approved|requested|uploaded|organi[sz]ed|[a-z]{2,}ed|run|hosted|conducted"
    r"|performed|sent|lent|brought|bought|kept|taken|chosen|drawn|scheduled|recorded|paid|given|performed|located|stored|held"
    r"|made))"
    r"(?: out)? (?:to|by|with|in|at|for|from|on)(?: (?:a|an|the|one|exactly|exactly one"
    r"|single|some|any|specific|its|their|our|only))*"
    r"|(?:is|are|must be) (?:for|of|about)(?: (?:a|an|the|one|exactly|single))+"
    rf"|{AUX}(?:references?|uses?|concerns?|names?|mentions?|takes? place (?:at|in|on)|happens? (?:at|in|on)"
    r"|l(?:ies|ie) (?:in|at|on)|sits? (?:in|at|on))(?: (?:a|an|the|one))+"
)
TO_MANY = re.compile(
    rf"{AUX}(?:has|have|contains?|includes?|groups?|owns?|consists? of|holds?|with|having"
    rf"|covers?|comes? with)(?: (?:at least|one or more|zero or more|any number of|a list "
    rf"of|a number of|many|multiple|several|various|some|their|its|own|different|one to "
    rf"many))*"
)
IT_HAS_MANY = re.compile(rf"(?:it|they) {TO_MANY.pattern}(?!\S)")
"""What a sentence goes on to say of the subject before: `It consists of lots`."""
ONE_TO_MANY = re.compile(r"(?:1|one) (?:(?::|-|to|→) )?(?:n|m|many)")
MANY_TO_ONE = re.compile(r"(?:n|m|many) (?:(?::|-|to|→) )?(?:1|one)")
"""`Mission 1-n Flight`, `flights n:1 mission`."""
PREPOSITION = re.compile(
    r"(?:for|of|on|in|from|about|against|within|under|by|at)(?: (?:one|any|each|some) of)?(?: (?:a|an|the|each|every"
    r"|one|any|specific|its|their|his|her|my|our|own|that|this))*"
)
JOIN = re.compile(r"(?<!\S)(?:many to many|n to n|n : m|m : n|n : n|m2m)(?!\S)")
TREE = re.compile(
    r"(?<!\S)(?:sub ?(?P<sub>[a-z]+)|parent (?P<parent>[a-z]+)|nested (?P<nested>[a-z]+)"
    r"|child (?P<child>[a-z]+))(?!\S)"
)
GOES_ON = re.compile(rf"(?:.* )?(?:,|:|and|, and|which|that|who|but) (?P<rest>{TO_ONE.pattern})")
LINKS = word_set("links connects relates joins ties link connect join tie")

AND_TO = re.compile(
    r"(?:, ?)?(?:and ?)?(?:also ?)?(?:(?:to|with|in|at|on|by|for) ?)?(?:a|an|the|one|exactly one)?"
)
IS_FOR = re.compile(r" is for (?:an?|the|one) [^.,]*$")
"""Before a mention: what follows with other prepositions tells of the same subject."""

BELONGING = word_set("for belongs belong linked related references")
MAY = re.compile(
    r"^(?:(?:,|i|we|they|you|can|may|must|should|will|could|also|want|wants|to|be|able|would|like|need) )+"
)
QUERIED = word_set(
    "filtered sorted searched ordered grouped listed narrowed exported cached paginated viewed"
)
"""What is done to a list: `leases can be filtered by unit` relates nothing."""
