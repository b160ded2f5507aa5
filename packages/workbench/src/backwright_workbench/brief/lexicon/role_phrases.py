"""How briefs introduce roles and take them up again.

What lives here: tables and patterns, as data. What must not: words for roles (`roles.py`), code that reads them.
"""

import re

from backwright_workbench.brief.grammar import word_set

NO_USER = re.compile(
    r"^ ?(?:themselves )?(?:(?::|-|\(|=) )?(?:none|no (?:login|log in|sign in|account|access|user account)s?"
    r"|(?:have|has|get|gets|need|needs) no (?:login|log in|accounts?|access)(?! to)"
    r"|(?:do|does|will|can)? ?(?:not|dont|doesnt|wont|cant|never) (?:log in|login|sign in"
    r"|use (?:it|the (?:system|app|software|service|api))|(?:have|get|need) (?:an? )?(?:accounts?|login"
    r"|access(?! to))))(?!\S)"
)
"""What is said of people who do not use the service: `customers: none (no login)`."""

WHOEVER_SIGNED_IN = re.compile(
    r"(?:any(?:one|body)|every(?:one|body)|people|those|all|(?:any|every|all) ?users?)(?: who)?"
    r"(?: (?:is|are|has|have))? (?:signed in|logged in|authenticated|registered"
    r"|with (?:an? |valid )*(?:account|login)|an account|works? (?:here|for us|with us|at [a-z]+|in the [a-z]+)"
    r"|(?:on|in|of|from) (?:the|our) (?:staff|team|office|company|house|personnel)|in house|inside)(?!\S)"
)
"""`anyone signed in`, `everybody with an account`: these are not the public."""

INTRO = re.compile(
    r"(?<!\S)(?:(?:user |different |the |following |three |two |four |five |\d |main "
    r"|available |access |possible |predefined )*(?:roles|role types|user types|user groups|actors"
    r"|(?:types?|kinds?|sorts?|groups?) of (?:users?|people|accounts?|persons?|members?|staff))|^users(?= :)|rbac"
    r"|role based access control(?: \( rbac \))?|role based (?:access|permissions|authori[sz]ation)"
    r"|permissions|access levels)"
    r"(?: (?:are|is|with|for|like|such|as|including|include|includes|between|of|:|\(|-"
    r"|the|following|roles|user|the roles|needed|eg|users|namely|and|permissions|three|two"
    r"|four|different|supporting|supports))+ ?"
)

RIGHTS_LABEL = re.compile(
    r"^(?:(?:user|different|access|the|and|&|/|roles?|rbac|permissions?|perms|rights|authori[sz]ation|users|actors"
    r"|role based (?:access(?: control)?|permissions|authori[sz]ation)|access control|\( rbac \)"
    r"|(?:with|for) [a-z]+ roles|(?:per|by|for each) role)"
    r"(?= )(?: |$))+(?:(?:with|for|are|as follows|\d) )*(?::|-|\(|=)(?!\S)"
)
"""What a list of roles begins with in which each has its rights behind it: `RBAC: …`, `roles and permissions (…`."""

LABEL_MARKS = frozenset({"(", ":", "-", "=", "→"})

BETWEEN_LABELS = frozenset({",", ";", "and", "|", "/", "&", "."})

BESIDE_THINGS = word_set(
    "own only their his her all the and , + & / on for to of just any access data . ; ( )"
)
"""What may stand beside things where no verb says what may be done with them."""

BEFORE = re.compile(r"(?<!\S)(?:user )?roles(?!\S)")

STORY = re.compile(
    r"^(?:as (?:a|an|the|our) |(?:as |for )(?:(?:a|an|the|our) )?"
    r"(?=[a-z]+(?: [a-z]+){0,2} (?:, )?i (?:want|can|need|should|must|would|may|wish)))"
)

CAN = re.compile(
    r"^(?:can|cannot|may|must|should be able|are able|is able|are allowed|is allowed|have no|has no|have "
    r"full|has full|have read|has read|have access|has access|are read|is read|do "
    r"everything|manages?|have write|only|(?:is|are) the (?:only|sole)|never)(?!\S)"
)

ROLE_OF_USERS = re.compile(
    r"(?<!\S)(?:a )?role (?:\(|:|of|either|which is|can be)(?: (?:either|one of))?(?= )"
)

CALLED = re.compile(
    r"^\( .*?(?:call|called|named|ie|role) (?:them |him |her |it |the |a |as )*(?P<name>[a-z]+) \)"
)
"""`(we call them staff)`."""

ONLY_FOR_ME = re.compile(r"only (?:for )?(?:me|us) (?:, |\( )?(?:the |as )*$")

WITH_OTHERS = re.compile(r"^(?:,|and|or) (?:\w+ )?\w+ (?:can|may|cannot)(?!\S)")
"""What follows one of several who may do something."""

UNDERGOES = re.compile(
    r"(?:can|may|must|should|cannot)(?: (?:not|never|only|also|just))* be (?!able|allowed|logged|signed|an? )[a-z]+"
)
"""What follows whatever something is done with: `invoices can only be sent`."""

MAY_DO = re.compile(
    r"(?:can|may) (?!(?:not |never |only |also |just )*be )[a-z]"
    r"|(?:have|has) (?:full|the same|all|read|write|access|only read)|(?:are"
    r"|is) (?:read only|allowed to)"
)
"""What follows whoever may do something."""

ASIDE_BEGINS = word_set("even also logged signed whether not if including both with without registered no")
"""What an aside between commas begins with: `anyone, even without logging in, may`."""

RELATIVE = word_set("who they he she that which")
"""Words that take somebody up again: `two drivers, they should see`."""

SPEAKER = re.compile(
    r"(?<!\S)(?:(?:i am|im|(?:me|i|myself) (?:,|\(|-)(?: im| i am| as)?) (?:the |your )?)(?=[a-z]+(?: [a-z]+)?(?: |$))"
)
"""`I'm the owner`, `me (the boss)`."""

SPEAKS = re.compile(
    r"(?<!\S)(?:(?:only|just) (?:for )?(?:me|i|us|we)(?: \(.*?\))?|i)"
    r"(?= (?:can|may|should|must|(?:want|need|would like|wish) to (?:be able to|have|do))(?!\S))"
)
"""Where whoever writes the brief says what they may do: `only I can`, `I want to be able to`."""

ADVERBS = tuple(
    (word,) for word in ("then", "also", "always", "usually", "first", "later", "finally", "still")
)
