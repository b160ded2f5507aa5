"""How briefs list the values of a field in a sentence of its own.

What lives here: tables and patterns, as data. What must not: code that reads them (`choices.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

_VALUE = r"[a-z]+(?: [a-z]+){0,2}"
CHOICE = re.compile(
    r"(?:(?<=^)|(?<=, )|(?<=and )|(?<=, and ))(?P<name>(?!and )"
    r"(?:(?:an?|the|its|each|every|all|possible|allowed) )?(?:[a-z]+(?: [a-z]+){0,2}?"
    r"|(?:status|states?|statuses|stages?|phases?|types?|kinds?|category|categories|priority|priorities|severity"
    r"|sizes?|colou?rs?|levels?|modes?) of (?:(?:an?|the|each|every|one|all) )?[a-z]+(?: [a-z]+)?))"
    r" (?:(?:is|are|can be|may be|can only be|must be|could be|values are|is one of|are one of)"
    r"(?: (?:therefore|either|one of|always|only))*(?: :)?|(?:values |options )?(?::|=)) "
    rf"(?P<values>{_VALUE}(?:(?: ,| /| \|) {_VALUE})*(?: ,)? (?:or|and|,|/|\|) {_VALUE})(?= \.| ;|$)"
)
STANDING = re.compile(
    r"(?:(?<=, )|(?<=and )|(?<=but )|(?<=^))(?:(?:it|this|each|each one|every one|they|an?|the)(?: [a-z]+){0,2} )?"
    r"(?:is|are|can be|may be|starts as|starts out as) (?:therefore |either |always |then |first )*"
    rf"(?P<values>{_VALUE}(?:(?: ,| /) {_VALUE})*(?: ,)? or {_VALUE})(?= [.;,]|$)"
)
"""What a sentence says at its end, or in the middle, of what it is about: `…, and it is free, leased or blocked`."""
STATES_FOR = re.compile(
    rf"(?P<values>{_VALUE}(?: (?:,|/|\||and|or) {_VALUE})+) (?:states?|status(?:es)?|stages)"
    r" (?:for|of|on) (?:the |all |each )?"
    r"(?=[a-z])"
)
"""`Draft / in review / published states for articles`."""
NO_STATES = word_set(
    "it they he she we you i a an the not only no in-app of for to with by from at all every each any very also there"
    " required optional unique able allowed visible available shown"
)
STATUS = word_set("status state stage phase")
SURE = STATUS | word_set("type kind priority severity level size colour color difficulty gender mode")
"""Last words of names whose lists are values, whatever they sound like."""
LEAST_STATES = 3
"""So many values make a list of states of the thing that a sentence says them of."""
DEEDS = word_set("crud create read update delete edit view see manage add change approve confirm cancel own")
"""With these words first, what is listed are rights and no values: `artist: crud own designs, read sessions`."""
NO_NAMES = word_set(
    "it they there this that these those who which roles role users user everyone everything entities tables stack tech"
    " not only what"
)
"""Words that are the subject of other sentences."""
