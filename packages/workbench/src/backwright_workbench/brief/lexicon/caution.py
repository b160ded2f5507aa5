"""Words that narrow or forbid: where they are not fully understood, less is granted.

What lives here: tables and patterns, as data. What must not: code that reads them (`caution.py`, `limited.py`).
"""

import re

from backwright_workbench.brief.grammar import phrase, word_set

SOME_ROWS = re.compile(
    r"(?<!\S)(?:(?:only|just) (?:[a-z]+ ){0,4}?(?:where|whose|which|whom|they|he|she|assigned|addressed)"
    r"|(?:the|those|all|any)(?: (?!and |or |but |if |when |who )[a-z]+){1,3} (?:that |which |whom )?(?:they|he|she)"
    r" (?!can |may |must |should |want |need |also )[a-z]+"
    r"|(?:of|in|from|at|within|inside|under) (?:their|his|her|that|the same)(?: own)? [a-z]+"
    r"|(?:and |but )?no others?|nobody elses|nothing of|not (?:those |the ones )?(?:of|from|in) (?:the )?others?"
    r"|(?:assigned|allocated|addressed|made out|belonging|sent) to (?:them|him|her|themselves))(?!\S)"
)
"""By which some rows are meant and not all: `only those where they are the priest`, `of their shop`."""

DENIAL = phrase(
    r"never|cannot|cant|can not|may not|must not|mustnt|should not|shouldnt|(?:do|does|is|are) not|dont|doesnt|isnt|arent"
    r"|(?:no|without) (?:[a-z]+ )?access|no rights?|hidden from|(?:in|not )visible|not shown|not (?:allowed|permitted)"
    r"|off limits|nothing of|kept from|forbidden|nobody|no one|noone|no role|(?:but|and|,) not(?: to)?"
)
"""What forbids."""

NO_SIGHT = re.compile(
    r"(?:.*access|no rights?|hidden from|(?:in|not )visible|not shown|off limits|nothing of|kept from)$"
)
"""What forbids all there is to do, without a verb."""

SIGHT = word_set("visible shown hidden accessible available access")
"""Words for seeing that are no verbs."""

NOT_ALWAYS = phrase(
    r"if|unless|until|till|once|after|before|while|when|as long as|provided|within|during|without|except|but|more than"
    r"|less than|fewer than|longer|later|earlier|twice|again|double|overlap(?:s|ping)?|same|two|both|at once"
    r"|any ?more|anymore|any longer|afterwards|at the same time|negative|empty|null|past|beyond|exceeds?|change (?:his|"
    r"their|her) mind|that is|that are|which is|which are|who is|themselves|himself|herself|did|yet|most"
)
"""Words by which something is forbidden only at times, or to some: a rule of the business, and no lack of a right."""

BY_WHOM = word_set("by to from for")
"""What stands before those to whom something is forbidden: `hidden from foster parents`."""

ANYBODY = word_set("anyone anybody everyone everybody nobody noone one all")

SOME_PEOPLE = word_set("who with in at from here inside whose that")
"""What follows `everybody` where not all the world is meant: `everybody who works here`."""

NOBODY_BUT = phrase(
    r"(?:nobody|no one|noone|none|no (?:other )?(?:user|role|person)s?)(?: else)?"
    r" (?:but|except|other than|apart from|besides)(?: for)?(?: the| an?)?"
)
"""Before those who alone may."""

ALL_CLOSED = phrase(
    r"(?:nothing|none of (?:it|this|them)|no part(?: of it)?) (?:is|are|should be|must be) (?:public|open)"
    r"|(?:everything|all (?:of it|of this|endpoints?|routes?|access))(?: is| are)?"
    r" (?:requires?|needs?|behind|must be) (?:a )?(?:login|log in|sign in|signed in|authenticat(?:ion|ed)|accounts?)"
)
"""That the service opens nothing to people without an account."""
