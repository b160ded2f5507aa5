"""Verbs of rights, and phrases that widen or narrow them.

What lives here: tables and patterns, as data. What must not: code that reads them (`permissions.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

_ALL = ("read", "create", "update", "delete", "act")
_MEANING: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "view see read browse list search access look check download find filter track monitor query inspect consult"
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
        " amend tag price grade rate touch alter",
        ("update",),
    ),
    ("cr", ("create", "read")),
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
    ("decide_on decide review judge assess evaluate moderate", ("read", "act:decide")),
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

EXCEPT = re.compile(
    r"(?<!\S)(?:except(?: for)?|apart from|other than|but (?:not|cannot|cant|never|no(?: access to)?)"
    r"|excluding|besides)(?!\S)"
)
"""What takes something out of a sweeping right."""

GIVING = word_set("assign allocate give attach link connect")
"""Verbs that join two things: `assign drivers to trips`."""

EVERYTHING = re.compile(
    r"(?<!\S)(?:(?:do|access|manage|see and do|control) (?:everything|anything|all)|full "
    r"(?:access|control|permissions?|rights|powers?)(?: everywh?ere)?"
    r"|all (?:permissions|rights|access|operations|ops|powers)(?: (?:on|for|in|over) (?:all|every)"
    r" (?:tables|entities|things|resources|collections))?|can all(?= *(?:$|\.|,|;|!))"
    r"|(?:all|every) (?:tables?|entit(?:y|ies)|things|resources?|collections?)(?: ,| and| with| :)? (?:all|every|any)"
    r" (?:ops|operations?|rights|permissions?)"
    r"|everything|unrestricted access|full crud)(?!\S)"
)
READ_ONLY = re.compile(
    r"(?<!\S)(?:read only(?: access)?|view only|only (?:read|view|see|look)|read access"
    r"|can only (?:view|read|see|look at)|look but|nothing but (?:read|view|see)|just (?:read|view|look))(?!\S)"
)
OWN = re.compile(
    r"(?<!\S)(?:their own|own|his own|her own|my own|theirs|my|assigned to (?:them|him|her"
    r"|me|themselves)|they (?:own|created|wrote|are assigned(?: to)?|placed)|(?:them|him"
    r"|her) ?selves|belong(?:ing|s)? to them|their assigned)(?!\S)"
)
THEIR = re.compile(r"(?<!\S)(?:their|his|her)(?!\S)")
DENY = re.compile(
    r"(?<!\S)(?:cannot|cant|can not|must not|mustnt|may not|should not|shouldnt|wont|will not|never|(?:is|are)? ?not"
    r" (?:allowed|permitted) to|not be able to|are not able to|dont(?! want)|do not(?! want)|does not|doesnt"
    r"|(?:but|and|,) not(?= (?:to )?[a-z]+))(?!\S)"
)
MODAL = re.compile(
    r"(?<!\S)(?:can|cannot|cant|may|must|should|are allowed|is allowed|be able|want|wants"
    r"|need|have|has|are|is|:|,|-|able|would|manages?|manage|will|get|gets)(?!\S)"
)
SEE_ALL = re.compile(
    r"(?<!\S)(?:sees?|views?|reads?|browses?|looks? at|read access to|(?:can )?access) (?:to )?(?:everything|anything"
    r"|all(?: data| records| entities)?(?= *(?:$|\.|,|but|and)))(?!\S)"
)
CONDITION = re.compile(
    r"(?<!\S)(?:(?:but |and |or )?(?:only )?(?:if|unless|until|till|once|after|before|while|when|as long"
    r" as|provided|within"
    r"|up to \d+|at most|no more than|at least|less than|more than|not later than|no later than|during"
    r"|except (?:when|if))"
    r"(?! (?:they are |he is |she is )?(?:logging|signing|login|logged|signed)))(?= ).*"
)
"""What narrows a right in a way that no rule on rows or fields says."""
REASON = re.compile(r"(?<!\S)(?:so that|so i|so they|so we|in order to|because)(?= ).*")
PASSIVE = re.compile(
    r"(?<!\S)(?:can|may|must|should|is|are|cannot|cant|mustnt|shouldnt)(?: (?:only|just|also|not|never))* be"
    r" (?P<verb>[a-z]+)"
    r"(?: (?:only|just))? (?:by|only by|to) (?:the |a |an )?"
)
BY = re.compile(
    r"(?<!\S)(?:(?:is|are|gets?) )?(?:only |always |then |also )*(?P<verb>[a-z]+(?:ed|en|wn|ne|id|nt|ld|ut|ad|de))"
    r"(?: or [a-z]+ed| and [a-z]+ed)? (?:only )?by (?:the |a |an )?(?=[a-z])"
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
    "our my your their these those "
    "only just also and or , both the a an all each every as & / i any logged in "
    "registered authenticated other me ( )"
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

MAKING = word_set("publish share list sell send")
"""Verbs that make a row where a thing has no action of that name."""

MAKERS = word_set("author owner creator uploader")

OF_RIGHTS = word_set(
    "cannot only own everything anything all them assigned belonging both rest no not nothing what touch"
)
"""Words that belong to a statement about rights, whatever it says."""

TURN_VERBS = word_set("can publish approve may cannot must have has are should")

MODALS = word_set("can may should must cannot cant shouldnt mustnt")

LETS = word_set("let lets letting allow allows allowing enable enables enabling permit permits")

OWNS = re.compile(r"(?:who|that) (?:owns?|created|made|wrote|submitted|placed|opened) (?:it|them)")

ANONYMOUSLY = re.compile(
    r"(?<!\S)without (?:(?:logging|signing) in|login|sign in|authentication|(?:an "
    r")?accounts?|registration)(?!\S)"
)

OTHERS = word_set("other others another elses somebody someone")
"""Whose rows are forbidden where one's own are not."""

NOT_BE = word_set("not never cannot cant mustnt shouldnt")

LIKE = word_set("everything all anything whatever same what like")
LIKE_FILL = word_set("that which as a an the rights permissions access what can do of")
"""Words between `everything` and the role that may do it already: `everything that an agent can`."""

SOMEBODYS = re.compile(
    r"(?<!\S)(?:of|in|from|for|at|within|on) (?:their|his|her|its|my|our)(?: own)? (?P<noun>[a-z]+)(?!\S)"
)
"""`of their team`: whose rows these are is told by no reference, where the noun is no thing."""

ONLY_FOR = re.compile(
    r"^(?:is|are|should be|must be)? ?(?:only|just|reserved|exclusively) (?:for|to) (?:me|us)?(?: ,)?"
    r" ?(?:the |our )?(?=[a-z])"
)

READ_ONLY_THINGS = re.compile(
    r"^(?:is|are|should be|must be) (?:strictly |always )?read only(?: (?:for|to) "
    r"(?:everyone|everybody|all(?: users)?|clients))?(?!\S)"
)

RULE = re.compile(
    r"(?<!\S)(?:at most|at least|no more than|not more than|maximum(?: of)?|minimum(?: of)?|nobody|no one"
    r"|noone|no two|must not|must never|"
    r"cannot|cant|may not|only once|twice|double|overlap(?:s|ping)?|exceeds?|greater than|less than|more"
    r" than|never|within|"
    r"automatically|until|unless|once|as soon as|per (?:day|week|month|year|person|member|user)|no longer than)(?!\S)"
)
"""What a rule of the business sounds like."""

AGAIN = word_set("them it these those both")
"""Words for what was spoken of before."""

CLOSING = re.compile(
    r"(?<!\S)(?:(?:but |and |, |- )*(?:nothing (?:else|more)|no(?:thing)? more than that|thats? (?:all|it)"
    r"|not more)|only)(?= *(?:$|\.|;|!|\)))"
)
"""What ends the list of what somebody may do: there is no more of it."""

OTHERS_NOT = re.compile(
    r"(?<!\S)(?:(?:and |but )?(?:not )?(?:nobody|no one|noone|anybody|anyone|somebody) else|(?:and |but )?no others?"
    r"|(?:and |but )?not (?:those|the ones|that) of (?:the )?others?|none of (?:the )?others)(?!\S)"
)
"""Words by which one's own rows are meant: `and see nobody else's`."""

ANSWERS = tuple((word,) for word in ("who", "whom", "whose", "whether", "how", "why"))

ABLE = re.compile(
    r"(?<!\S)(?P<verb>(?:read|view|see|edit|chang|updat|delet|access|writ|manage)e?able|accessible|visible|shown|open"
    r"|available|readonly)(?: only| just)? (?:by|to|for) (?=[a-z])"
)
"""What can be done with a thing, and for whom: `visible to auditors`."""
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

NOBODY = re.compile(
    r"(?<!\S)(?:nobody|no one|noone|no (?:user|role|person|account)s?)(?: (?:may|can|is allowed to|should|must"
    r"|ever|is able to))*(?= (?!else)[a-z])"
)
"""Of whom something is said that holds for all."""

ASKING = word_set("apply_for ask_for")
ASKED = word_set("requested applied booked reserved pending submitted filed asked enquired proposed")
"""States of what people ask for: who applies for a permit makes one, who applies for a plot makes none."""

OTHER_SUBJECTS = word_set("we you")
"""Those who do something and have no role."""

NO_LOGIN_FOR = re.compile(
    r"(?<!\S)(?:no|without)(?: any)? (?:user )?(?:auth|authentication|login|log in|sign in|account|registration)s?"
    r"(?: (?:is|are))?(?: (?:needed|required|necessary))? (?:to|for) (?=[a-z])"
)
"""What people may do without an account: `no login is needed for browsing books`."""

TIMELY = word_set("hourly daily weekly monthly yearly quarterly early family supply reply assembly")
"""Words in `ly` that are no adverbs."""
