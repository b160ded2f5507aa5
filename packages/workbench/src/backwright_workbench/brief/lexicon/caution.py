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

_WISH = r"(?! (?:want|need|have)(?!\S))"
"""What people need not do is not forbidden."""

DENIAL = phrase(
    r"(?:is |are )?(?:not (?:allowed|permitted|possible)|forbidden|prohibited)|never|cannot|cant|can not|may not"
    rf"|must not|mustnt|should not|shouldnt|(?:do|does|is|are) not{_WISH}|dont{_WISH}|doesnt{_WISH}|isnt|arent"
    r"|(?:no|without)(?: the| any)? (?:rights?|permissions?) to|without being able to"
    r"|(?:no|without) (?:[a-z]+ )?access|no (?:rights?|business)|nothing to do with|none of (?:their|his|her) business"
    r"|hidden from|(?:in|not )visible|not shown"
    r"|off limits|nothing of|kept from|nobody|no one|noone|no role|(?:but|and|,) not(?: to)?"
    r"|no(?= [a-z]+ (?:may|can|should|must|ever|is allowed)(?!\S))"
    r"|(?:except|apart|excluding|other than)(?: for| from)?(?= (?:[a-z]+ing|deletion|removal|changes)(?!\S))"
)
"""What forbids."""

AFTER_VERB = re.compile(r".*(?:allowed|permitted|possible|forbidden|prohibited)$")
"""What forbids what stands before it: `editing them is not allowed`."""

DEEDS = {
    "deletion": "delete",
    "removal": "delete",
    "changes": "update",
    "modification": "update",
    "modifications": "update",
    "creation": "create",
    "approval": "approve",
    "cancellation": "cancel",
}
"""Nouns for what verbs of rights do."""

NO_SIGHT = re.compile(
    r"(?:.*access|no (?:rights?|business)|nothing to do with|none of .*"
    r"|hidden from|(?:in|not )visible|not shown|off limits|nothing of|kept from)$"
)
"""What forbids all there is to do, without a verb."""

SIGHT = word_set("visible shown hidden accessible available access")
"""Words for seeing that are no verbs."""

NOT_ALWAYS = phrase(
    r"if|unless|until|till|once|after|before|while|when|as long as|provided|within|during|without|except|but|more than"
    r"|less than|fewer than|longer|later|earlier|twice|again|double|overlap(?:s|ping)?|same|two|both|at once"
    r"|any ?more|any longer|afterwards|negative|empty|null|past|beyond|exceeds?|that (?:is|are)|which (?:is|are)"
    r"|who|whom|whose|whether|how|why|what|whoever|themselves|himself|herself|did|yet|most|own"
    r"|(?:his|her|their) or (?:his|her|their)"
)
"""Words by which something is forbidden only at times, or to some: a rule of the business, and no lack of a right."""

BY_WHOM = word_set("by to from for")
"""What stands before those to whom something is forbidden: `hidden from foster parents`."""

FROM_THE_START = phrase(
    r"(?:once|after|when|as soon as) (?:(?:it|they|he|she) (?:is|are|was|were|has been|have been) )?"
    r"(?P<state>entered|created|recorded|made|written|filed|saved|stored|registered|posted|added)"
)
"""A time that is all the time that a row is there: `once entered nobody may delete it`."""

OTHERS = word_set("other others another elses somebodys neighbours neighbors colleagues")
"""Whose rows are forbidden where one's own are not."""

ANYBODY = word_set("anyone anybody everyone everybody nobody noone one all")

COLUMNS = word_set("column columns field fields attribute attributes properties")
"""Heads of tables that list what is kept, and no rights."""

KEEPING = word_set("has have contains records stores consists includes")
"""What says what is kept of a thing, people among it: `a course has a title and the instructor who runs it`."""

ANY_ROWS = word_set("all any every each everybodys everyones whichever")

SOME_PEOPLE = word_set("who with in at on from here inside whose that")
"""What follows `everybody` where not all the world is meant: `everybody who works here`."""

WITHOUT_ACCOUNT = re.compile(
    r"(?<!\S)(?:public(?:ly)?|visitors?|guests?|anonymous(?:ly)?|world|internet|website"
    r"|(?:without|no)(?: an?| any)? (?:account|log ?in|logging|sign|signing|registration|registering"
    r"|authentication|auth)"
    r"|(?:not|nor) (?:logged|signed) in|logged in or not)(?!\S)"
)
"""By which `everybody` means the whole world, and not those who work with the service."""

NOBODY_BUT = phrase(
    r"(?:nobody|no one|noone|none|anybody|anyone|no (?:other )?(?:user|role|person)s?)(?: else)?"
    r" (?:but|except|other than|apart from|besides)(?: for)?(?: the| an?)?"
)
"""Before those who alone may."""

LEFT_TO = re.compile(
    r"(?:up|limited|restricted|confined|reserved|left|exclusive|matter|job|business|right|privilege)"
    r" (?:to|for|of)(?: the| our)?$"
)
"""Before those who alone may: `deletion is up to managers`."""

ALONE = word_set("alone exclusively only")
"""Behind those who alone may."""

ALL_CLOSED = phrase(
    r"(?:nothing|none of (?:it|this|them)|no part(?: of it)?) (?:is|are|should be|must be) (?:public|open)"
    r"|(?:everything|all (?:of it|of this|endpoints?|routes?|access))(?: is| are)?"
    r" (?:requires?|needs?|behind|must be) (?:a )?(?:login|log in|sign in|signed in|authenticat(?:ion|ed)|accounts?)"
)
"""That the service opens nothing to people without an account."""
