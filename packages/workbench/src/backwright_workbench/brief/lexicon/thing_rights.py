"""Sentences about rights whose subject is a thing: `orders can be cancelled by …`, `articles are public`.

What lives here: patterns, as data. What must not: code that reads them (`passives.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

PASSIVE = re.compile(
    r"(?<!\S)(?:can|may|must|should|is|are|cannot|cant|mustnt|shouldnt)(?: (?:only|just|also|not|never))* be"
    r" (?P<verb>[a-z]+)"
    r"(?: (?:only|just))? (?:by|only by|to) (?:the |a |an )?"
)

BY = re.compile(
    r"(?<!\S)(?:(?:is|are|gets?) )?(?:only |always |then |also )*(?P<verb>[a-z]+(?:ed|en|wn|ne|id|nt|ld|ut|ad|de))"
    r"(?: or [a-z]+ed| and [a-z]+ed)? (?:only )?by (?:the |a |an )?(?=[a-z])"
)

PUBLIC_THINGS = re.compile(
    r"^(?: ?(?:are|is|should be|must be|can be))? ?(?:(?:shown |published |listed )?on (?:our|the) (?:public )?"
    r"(?:web ?site|site|homepage|web page)|publicly (?:readable|visible"
    r"|accessible|available|viewable)|public|open to (?:everyone|everybody|all|anyone|anybody|the public)"
    r"|readable by (?:anyone|everyone)|visible to (?:everyone|anyone|the public)|(?:read"
    r"|viewed|seen|browsed) (?:by (?:anyone|everyone)|without (?:login|logging in|signing "
    r"in|authentication)))(?: (?:without (?:login|logging in|authentication|signing "
    r"in)))?(?!\S)"
)

FIXED_THINGS = re.compile(
    r"^(?:cant|cannot|can not|must not|may not|can never|must never|should not) be "
    r"(?P<verb>(?:changed|edited|updated|modified|altered|deleted|removed|erased)"
    r"(?:(?: ,| or| and| nor)+ (?:changed|edited|updated|modified|altered|deleted|removed|erased))*)"
    r"(?: (?:any ?more|any longer|later|afterwards|at all|ever))?(?= *(?:$|\.|,|;|once|after|and))"
)

PRIVATE_THINGS = re.compile(
    r"^(?: ?(?:are|is|should be|must be))? ?(?:private(?: to (?:the|their|each) (?:user"
    r"|owner|author)s?)?|only visible to (?:the|their) (?:owner|author|user|creator)s?"
    r"|visible only to (?:the|their) (?:owner|author|user|creator)s?)(?!\S)"
)

READ_ONLY_THINGS = re.compile(
    r"^(?:is|are|should be|must be) (?:strictly |always )?read only(?: (?:for|to) "
    r"(?:everyone|everybody|all(?: users)?|clients))?(?!\S)"
)

ONLY_FOR = re.compile(
    r"^(?:is|are|should be|must be)? ?(?:(?:only|just|reserved|exclusively) (?:for|to) (?:me|us)?(?: ,)?"
    r" ?(?:the |our )?(?=[a-z])|(?:for|left to|up to) (?:the |our )?(?=[a-z]+(?: [a-z]+)? (?:alone|only)(?!\S)))"
)

ABLE = re.compile(
    r"(?<!\S)(?<!not )(?P<verb>(?:read|view|see|edit|chang|updat|delet|access|writ|manage)e?able|accessible|visible"
    r"|shown|open"
    r"|available|readonly)(?: only| just)? (?:by|to|for) (?=[a-z])"
)
"""What can be done with a thing, and for whom: `visible to auditors`."""

CLOSED = ("closed", "off limits", "forbidden", "taboo")
HIDDEN = re.compile(
    r"(?<!\S)(?P<verb>hidden|withheld|concealed|invisible|(?:kept )?(?:secret|away)|not (?:visible|shown"
    r"|accessible|open"
    r"|available|readable)|closed|off limits|forbidden|taboo)(?: away)? (?:from|to|for) (?:the |all |any )*(?=[a-z])"
)
"""From whom something is kept: `hidden from caretakers`, `off limits for them`."""

RESERVED = re.compile(
    r"(?<!\S)(?P<verb>[a-z]+ing)(?: (?:and|or) [a-z]+ing)?(?P<what>(?: [a-z]+){0,4}?) (?:is|are|should be|must be)"
    r" (?:only |just |strictly )?(?:(?:reserved|allowed|permitted|possible|restricted|limited|left|open) )?(?:only )?"
    r"(?:for|to|by) (?:the |our )?(?=[a-z])"
)
"""What is for some alone: `deleting dogs is reserved for managers`."""

NOBODY = re.compile(
    r"(?<!\S)(?:(?:once|when|after) (?:they are |it is )?(?:entered|created|saved|recorded|made|written)(?: ,)? )?"
    r"(?:nobody|no one|noone|no (?:user|role|person|account)s?)(?: , (?:not even|also not|neither) [^,]+ ,)?"
    r"(?: (?:may|can|is allowed to|should|must"
    r"|ever|is able to))*(?= (?!(?:else|except|but|other|apart|besides)(?!\S))[a-z])"
)
"""Of whom something is said that holds for all."""

NOBODY_BUT = re.compile(
    r"(?<!\S)(?:nobody|no one|noone|no (?:user|role|person))(?: else)?"
    r" (?:but|except|other than|apart from|besides)(?: for)? (?:the |an? )?(?=[a-z])"
)
"""`nobody but the manager deletes stays`: the manager alone does."""

NO_LOGIN_FOR = re.compile(
    r"(?<!\S)(?:no|without)(?: any)? (?:user )?(?:auth|authentication|login|log in|sign in|account|registration)s?"
    r"(?: (?:is|are))?(?: (?:needed|required|necessary))? (?:to|for) (?=[a-z])"
)
"""What people may do without an account: `no login is needed for browsing books`."""

OWNS = re.compile(r"(?:who|that) (?:owns?|created|made|wrote|submitted|placed|opened) (?:it|them)")

NOT_BE = word_set("not never cannot cant mustnt shouldnt")
