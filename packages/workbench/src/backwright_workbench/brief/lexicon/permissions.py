"""Verbs of rights, and phrases that widen or narrow them.

What lives here: tables and patterns, as data. What must not: code that reads them (`permissions.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

VERBS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        [
            "view",
            "see",
            "read",
            "browse",
            "list",
            "search",
            "access",
            "look",
            "check",
            "download",
            "find",
            "filter",
            "track",
            "monitor",
            "query",
            "views",
            "sees",
            "reads",
            "viewing",
            "reading",
            "seeing",
            "browsing",
        ],
        ("read",),
    ),
    **dict.fromkeys(
        [
            "create",
            "add",
            "post",
            "submit",
            "place",
            "register",
            "write",
            "upload",
            "request",
            "open",
            "make",
            "log",
            "raise",
            "enter",
            "record",
            "book",
            "reserve",
            "creates",
            "adds",
            "creating",
            "adding",
            "posting",
            "leave",
            "order",
            "buy",
            "insert",
            "publish_new",
            "file",
            "rent",
            "borrow",
            "ask",
            "apply",
        ],
        ("create",),
    ),
    **dict.fromkeys(
        [
            "update",
            "edit",
            "change",
            "modify",
            "rename",
            "reschedule",
            "updates",
            "edits",
            "changes",
            "updating",
            "editing",
            "adjust",
            "set",
            "mark",
            "correct",
        ],
        ("update",),
    ),
    **dict.fromkeys(
        ["delete", "remove", "deletes", "removes", "deleting", "removing", "destroy"], ("delete",)
    ),
    **dict.fromkeys(
        ["manage", "manages", "administer", "control", "handle", "maintain", "managing", "crud"],
        ("read", "create", "update", "delete", "act"),
    ),
    **dict.fromkeys(["write_all"], ("create", "update")),
}
EVERYTHING = re.compile(
    r"(?<!\S)(?:(?:do|access|manage|see and do|control) (?:everything|anything|all)|full "
    r"(?:access|control|permissions?|rights)|all (?:permissions|rights|access|operations)"
    r"|everything|unrestricted access|full crud)(?!\S)"
)
READ_ONLY = re.compile(
    r"(?<!\S)(?:read only(?: access)?|view only|only (?:read|view|see|look)|read access"
    r"|can only (?:view|read|see)|look but)(?!\S)"
)
OWN = re.compile(
    r"(?<!\S)(?:their own|own|his own|her own|my own|theirs|my|assigned to (?:them|him|her"
    r"|me|themselves)|they (?:own|created|wrote|are assigned(?: to)?|placed)|(?:them|him"
    r"|her) ?selves|belong(?:ing|s)? to them|their assigned)(?!\S)"
)
THEIR = re.compile(r"(?<!\S)(?:their|his|her)(?!\S)")
DENY = re.compile(
    r"(?<!\S)(?:cannot|cant|can not|must not|may not|should not|never|not allowed to|not "
    r"be able to|are not able to|dont|do not)(?!\S)"
)
MODAL = re.compile(
    r"(?<!\S)(?:can|cannot|cant|may|must|should|are allowed|is allowed|be able|want|wants"
    r"|need|have|has|are|is|:|,|-|able|would|manages?|manage|will|get|gets)(?!\S)"
)
SEE_ALL = re.compile(
    r"(?<!\S)(?:see|view|read|browse|look at) (?:everything|anything|all(?: data| records"
    r"| entities)?(?= *(?:$|\.|,|but|and)))(?!\S)"
)
REASON = re.compile(r"(?<!\S)(?:so that|so i|so they|so we|in order to|because)(?= ).*")
PASSIVE = re.compile(
    r"(?<!\S)(?:can|may|must|should|is|are)(?: (?:only|just|also|not))* be (?P<verb>[a-z]+)"
    r"(?: (?:only|just))? (?:by|only by|to) (?:the |a |an )?"
)
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
SUBJECT_FILL = word_set(
    "our their these those "
    "only just also and or , both the a an all each every as & / i any logged in "
    "registered authenticated other"
)
TURN = frozenset({",", "and", "but", "while", ";", "whereas", "only"})
PUBLIC_THINGS = re.compile(
    r"^(?: ?(?:are|is|should be|must be|can be))? ?(?:publicly (?:readable|visible"
    r"|accessible|available|viewable)|public|open to (?:everyone|all|anyone|the public)"
    r"|readable by (?:anyone|everyone)|visible to (?:everyone|anyone|the public)|(?:read"
    r"|viewed|seen|browsed) (?:by (?:anyone|everyone)|without (?:login|logging in|signing "
    r"in|authentication)))(?: (?:without (?:login|logging in|authentication|signing "
    r"in)))?(?!\S)"
)
FIXED_THINGS = re.compile(
    r"^(?:cant|cannot|can not|must not|may not|can never|must never|should not) be "
    r"(?P<verb>changed|edited|updated|modified|deleted|removed)(?= *(?:$|\.|,|;|once|after"
    r"|and))"
)
PRIVATE_THINGS = re.compile(
    r"^(?: ?(?:are|is|should be|must be))? ?(?:private(?: to (?:the|their|each) (?:user"
    r"|owner|author)s?)?|only visible to (?:the|their) (?:owner|author|user|creator)s?"
    r"|visible only to (?:the|their) (?:owner|author|user|creator)s?)(?!\S)"
)
PLAIN = word_set(
    "can may have has are is be able to with only access permission permissions rights "
    "do the a their own all able system data in on of and but or not change changes "
    "anything"
)

NOUNS_TOO = word_set(
    "list lists order orders book books request requests file files log logs record records reading post"
)
"""Verbs of rights that are nouns at least as often, so that one after a thing does not make the thing a
subject.
"""

MAKING = word_set("publish share list sell")
"""Verbs that make a row where a thing has no action of that name."""

MAKERS = word_set("author owner creator uploader")

OF_RIGHTS = word_set("cannot only own everything anything all them assigned belonging")
"""Words that belong to a statement about rights, whatever it says."""

TURN_VERBS = word_set("can publish approve may cannot must have has are should")

ANONYMOUSLY = re.compile(
    r"(?<!\S)without (?:(?:logging|signing) in|login|sign in|authentication|(?:an "
    r")?accounts?|registration)(?!\S)"
)

READ_ONLY_THINGS = re.compile(
    r"^(?:is|are|should be|must be) (?:strictly |always )?read only(?: (?:for|to) "
    r"(?:everyone|everybody|all(?: users)?|clients))?(?!\S)"
)
