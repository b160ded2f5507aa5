"""Words that introduce a list of fields, hold its items together, and end it.

What lives here: tables and patterns, as data. What must not: code that reads them (`items.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

CONNECT = re.compile(
    r"(?:,? ?(?:which|that|who|should|must|will|can|may|also|to|need to|needs to|registers?|signs? up|once|first) )*"
    r"(?P<verb>with|having|,? ?(?:for|of|about) (?:whom|which|whose) (?:we|i) "
    r"(?:keep|store|record|need|know|track)s?|has|have|contains?|includes?|include|containing|consists? of"
    r"|stores?|records?|needs?|tracks?|carry|carries|gets?|receives?|comes? with|come with|\(|:|-|=|→|"
    r"(?:is|are) (?:described|defined|identified) by"
    r"|(?:is|are) (?:kept|stored|recorded|saved|held|entered) with)(?!\S)"
    r"(?: (?:(?:at least|also|both|the|following|these|such|a|an|some|only|just|basic"
    r"|usual|fields?|attributes?|columns?|properties|data|information|details|including"
    r"|include|like|as|:|,|\() ?)*(?:fields?|attributes?|columns?|properties|data|details"
    r"|information|following|profiles?(?= (?::|\(|with|including)(?!\S)))(?: (?:such as"
    r"|like|including|are|:|\())*(?= |$)| :)?"
)
FIELDS = re.compile(
    r"^(?:(?:the|its|their|main|key|required|with|has) )*(?:fields|attributes|columns"
    r"|properties)(?: (?:are|include|including|:|-))+"
)
PRONOUN = re.compile(
    r"^(?:it|they|each(?: one)?|every one|these|this|both) (?:also )?(?:should |must "
    r"|will |can )?(?:has|have|contains?|includes?|stores?|needs?)(?: (?:also|the"
    r"|following|fields|:))* "
)
OF_EACH = re.compile(
    r"(?<!\S)(?:store|stores|track|tracks|record|records|keep|keeps|capture|captures|save"
    r"|need|know|hold) (?=.* (?:for|of|about|on) (?:each|every|all|the|a|an|our)? ?)"
)
FOR_EACH = re.compile(r"^(?:for|of) (?:each|every|an?|all|the) ")
USERS = re.compile(
    r"^(?:(?:each|every|a|an|the|all|registered) )*users?(?: accounts?| profiles?)? (?:has"
    r"|have|with|:|\(|should have|must have)(?= )"
)
VALUES = re.compile(
    r"^(?:(?:the|its|possible|allowed|order|valid) )*(?:status|statuses|state|states"
    r"|priority|priorities|type|category|severity)(?: (?:values|is|are|can be|may be|one "
    r"of|include|flow|workflow|goes|moves|from))* ?(?::|is|are|can|may|\(|-|=)"
)
EXAMPLES = re.compile(
    r"(?<!\S)(?:such as|like|eg|including|for example|etc|at least|among others|and so on)(?!\S)"
)
MAYBE = re.compile(
    r"(?<!\S)(?:may|can|might|could|optionally|sometimes)(?: also| optionally)? (?:has|have|contain|include)$"
)
"""Before a list: what it names need not be there."""
ENDS = re.compile(
    r"^(?:so|where|while|when|whenever|whose|because|if|then|until|unless|but|each|every"
    r"|can|cannot|may|should|must|will|using|via|is|are|for|to|by|from|in|on|at|per|sorted"
    r"|searchable|filterable|into|through|as|managed|stored|accessible|only)$"
)
PAIRED = word_set(
    "start end first last check_in check_out checkin checkout from to billing shipping "
    "home work opening closing departure arrival min max minimum maximum"
    " pickup delivery pick_up drop_off dropoff issue due created updated middle family "
    "given begin birth death planned actual estimated buying selling purchase sale"
)
PAIR_HEADS = word_set(
    "date time name address price amount number location city hour cost price at quantity phone email"
)
QUALIFIER = re.compile(
    r"^(?:and )?(?:no [a-z]+ twice|never (?:twice|the same)"
    r"|(?:which|that) (?:is|are|must|may|can|should|(?:has|have|needs?) to)|must be|(?:has|have|needs?) to be"
    r"|should be|unique (?:per|within|in|for)"
    r"|(?:optional|optionally|required|mandatory|unique|(?:stored |kept )?encrypted)"
    r"(?= *(?:$|,|and|at rest|in the database|\.|\)|;"
    r"|field))|(?:up to|max|maximum|min|minimum|at least|at most|no more than)(?: of)? "
    r"[\d.,]+(?: (?:characters|chars|letters|digits|%))?(?= *(?:$|,|and|\.|\)|;))|default"
    r"|defaults|defaulting|"
    r"positive|non negative|not null|nullable|between|if any|if known|greater|less|one of"
    r"|either|can be|both (?:required|optional|unique)|all (?:required|optional)|in "
    r"(?:cents|euros?|usd|eur|dollars|kg|minutes|hours|km|percent)|initially|\d+ "
    r"(?:characters|chars))(?!\S)"
)
AND_HAS = re.compile(
    r"(?<!\S)(?:and|,|, and|which|that|who) (?:also |each |they |it |every one "
    r")*(?:should have|must have|with|having|has|have|contains?|stores?|includes?|records?|gets?"
    r"|carries|carry)(?= )"
)
VALUES_OF = re.compile(
    r"(?:one of|either|can be|could be|may be|which is|that is|(?:status|state) (?:is|are"
    r"|can be|may be|of)|priority of|type of|values|values :|statuses|(?:status|statuses|states?|stages?"
    r"|priority|type|severity|role|level|kind|category) (?::|=|-))(?: \S+){0,3}(?: (?:,|\|) "
    r"\S+(?: \S+)?)*$"
)

STANDS_ON = re.compile(
    r"(?:sits|stands|lies|lives|hangs|happens|starts|ends|(?:is|are) (?:located|stored|kept|held|placed))"
    r" (?:on|in|at|under) (?=(?:an?|the|some|one) )"
)
"""Before a field that a sentence tells of where it might list it: `sits on a floor`."""
WHETHER = re.compile(
    r"(?:whether|if) (?:it|they|its) ?(?:(?P<verb>is|are|was|has been|has|have|contains?|includes?|needs?|allows?) )"
    r"(?P<what>[a-z]+(?: [a-z]+)?(?: (?:or|and) [a-z]+)*)(?: [.)])*$"
)
"""A field that says yes or no, in a clause: `whether it contains nuts`."""
YES_OR_NO = re.compile(r"(?:has|is|can) [a-z]+(?: [a-z]+)? \( ?(?:bool|boolean|yes)(?!\S)")
"""A field that says yes or no, rather than a verb: `has monitor (bool)`."""

BELONGING_TO = re.compile(
    r"(?:that )?(?:belong(?:s|ing)?|linked|assigned|attached|related) to(?: (?:a|an|the|one))?"
)

QUERIES = word_set(
    "filter filters filtering filtered filterable search searching searchable sort sorts sorting sorted sortable"
    " pagination paging paginated crud ordered ordering"
)
"""After a noun, these ask how its list may be read and name no fields."""
VIEWING = word_set("see sees find finds list lists show shows search browse browses view views")
"""Before a thing: what follows says which rows, and not what one has (`see parts with low stock`)."""
FILE_LIMITS = re.compile(
    r"(?:(?:max(?:imum)?|up to|at most|only|each|a|of|under|and|or|,|/|\.|files?|allowed|no more than) )*"
    r"(?:\d[\d.,]* ?(?:kb|mb|gb)(?!\S)|(?:pdf|png|jpe?g|gif|webp|docx?|xlsx?|csv|zip|txt|mp[34]|svg|heic)s?(?!\S))"
)
"""In brackets: which files, and how large."""
ABOUT = re.compile(
    r"(?:for|about|on|of|to|in|against|per)(?: (?:one|any|each|some) of)?"
    r"(?: (?:an?|the|each|every|one|its|their|his|her|my"
    r"|our|your|any|own))*"
)
"""Between what somebody enters and what it is about."""
OPENING = word_set("for then also next finally plus and so well there are is we i have has keep our")
"""Before the noun that a sentence begins to tell of."""
FOR_EACH_ONE = re.compile(
    r"for (?:each|every)(?: one| of them)?(?: of them)? (?!of )(?:, )?(?:(?:we|i) [a-z]+ )?(?:: )?"
    r"(?=(?:the|a|an|its|[a-z]+) )"
)
"""`Deliveries: for each one the recipient, …`."""
OTHER_SECTIONS = word_set(
    "access rights permission permissions roles who rbac security authorization authentication search filter filters"
    " filtering query queries lookups sorting limits tech stack technical infrastructure functional rules"
)
"""Words of headings under which nothing is a list of fields."""
FIELD_HEADINGS = word_set("field fields column columns attribute attributes property properties data")
"""Words of headings that only introduce the fields of what stands above."""
