"""Verbs of rights: what they let one do.

What lives here: tables, as data. What must not: phrases around them (`permissions.py`), code that reads them.
"""

from backwright_workbench.brief.grammar import word_set

_ALL = ("read", "create", "update", "delete", "act")

_MEANING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "view see read browse list search access rights permissions"
        " look check download find filter track monitor query inspect consult"
        " watch look_up look_at oversee supervise audit export print analyse analyze explore know lookup follow",
        ("read",),
    ),
    (
        "create add post submit place register upload request open make log raise enter record book"
        " reserve leave order"
        " buy insert file rent borrow ask apply issue propose suggest invite put_in import donate generate"
        " draw_up put_up report ask_for apply_for",
        ("create",),
    ),
    (
        "update edit change modify rename reschedule adjust set mark correct fill_in fill_out annotate move"
        " amend tag price grade rate alter",
        ("update",),
    ),
    ("touch", ("create", "update", "delete", "act")),
    ("r", ("read",)),
    ("cr", ("create", "read")),
    ("crd", ("create", "read", "delete")),
    ("ru", ("read", "update")),
    ("cru", ("create", "read", "update")),
    ("delete remove destroy erase", ("delete",)),
    ("manage administer control maintain crud run look_after curate take_care_of keep", _ALL),
    ("handle rw", ("read", "create", "update", "act")),
    ("plan schedule prepare set_up organize organise arrange configure define", ("create", "update")),
    ("write draft compose author", ("create", "own:update")),
    (
        "process work_on fulfil fulfill carry_out perform execute conduct treat deal_with work_with",
        ("read", "update", "act"),
    ),
    ("decide_on decide review judge moderate", ("read", "act:decide")),
    ("assess evaluate", ("read",)),
)

VERBS: dict[str, tuple[str, ...]] = {verb: rights for verbs, rights in _MEANING for verb in verbs.split()}
"""What a verb lets one do: `own:` only with rows of one's own, `act:decide` the actions that decide."""

DECISIONS = word_set(
    "approve reject accept decline confirm publish resolve close send_back return_item grant refuse deny admit dismiss"
)
"""The actions of whoever reviews."""

UNDOING = {"cancel": ("delete",), "withdraw": ("delete",), "call_off": ("delete",), "revoke": ("delete",)}
"""What verbs mean for things that have neither such an action nor such a state."""

MOVING = word_set("mark set move change put flag switch update take bring push")
"""Verbs that lead to the states named after them: `mark a loan as returned`."""

USING = word_set(
    "book reserve apply enroll enrol sign_up borrow rent buy rate vote bid subscribe join attend order"
    " purchase hire donate comment"
    " message rsvp"
)
"""Verbs that use a thing and make no new one of it: what they make is a row of its own."""

GIVING = word_set("assign allocate give attach link connect")
"""Verbs that join two things: `assign drivers to trips`."""

MAKING = word_set("publish share list sell send")
"""Verbs that make a row where a thing has no action of that name."""

IRREGULAR = {
    "seen": "see",
    "read": "read",
    "written": "write",
    "made": "make",
    "sent": "send",
    "paid": "pay",
    "set": "set",
}
"""Participles that do not end in `ed`."""

NOUNS_TOO = word_set(
    "list lists order orders book books request requests file files log logs record records reading post"
)
"""Verbs of rights that are nouns at least as often, so that one after a thing does not make the thing a
subject.
"""

ASKING = word_set("apply_for ask_for")

ASKED = word_set("requested applied booked reserved pending submitted filed asked enquired proposed")
"""States of what people ask for: who applies for a permit makes one, who applies for a plot makes none."""

TIMELY = word_set("hourly daily weekly monthly yearly quarterly early family supply reply assembly")
"""Words in `ly` that are no adverbs."""

ABILITIES = {
    "read": ("read",),
    "view": ("read",),
    "see": ("read",),
    "acce": ("read",),
    "visi": ("read",),
    "show": ("read",),
    "open": ("read",),
    "avai": ("read",),
    "edit": ("update",),
    "chan": ("update",),
    "upda": ("update",),
    "writ": ("create", "update"),
    "dele": ("delete",),
    "mana": _ALL,
}
"""What such a word lets one do, by how it begins."""
