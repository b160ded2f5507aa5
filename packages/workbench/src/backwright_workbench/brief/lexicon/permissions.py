"""Phrases that give, widen, narrow and deny rights, and words about who is spoken of.

What lives here: tables and patterns, as data. What must not: verbs (`right_verbs.py`), code that reads them.
"""

import re

from backwright_workbench.brief.grammar import word_set

ABOUT_RIGHTS = re.compile(
    r"(?:.* )?(?:roles?|rbac|permissions?|perms|access|auth|authori[sz]ation|rights)(?!\S).*? (?::|-)(?!\S)"
)
"""What stands before a mark behind which people are spoken of."""

EXCEPT = re.compile(
    r"(?<!\S)(?:except(?: for)?|apart from|other than|but (?:not|cannot|cant|never|no(?: access to)?)"
    r"|(?:and |but |, )(?:(?:have|has|get|gets|with) )?no access(?: at all)? to"
    r"|excluding|besides|minus|without|(?:(?<=everything )|(?<=anything )|(?<=all ))but"
    r"(?! (?:only |may |can )?(?:add|change|create|delete|edit|only|read|see|update|view|write|manage)s?(?!\S)))(?!\S)"
)
"""What takes something out of a sweeping right."""

EVERYTHING = re.compile(
    r"(?<!\S)(?:(?:do|does|access|manages?|see and do|controls?) (?:everything|anything"
    r"|all(?= *(?:$|\.|,|;|!|\)|and|but)))|full "
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
    r"|me|themselves|you)|(?<!and )(?<!but )(?<!or )(?<!, )(?<!while )(?:they|he|she|i)"
    r" (?:(?:him|her|them|my)sel(?:f|ves) )?"
    r"(?:have |has |had )?(?:[a-z]+[^e]ed|owns?|wrote|written|made|gave|given|sent|took|taken|bought|sold|drew|lead"
    r"|leads|led|runs?|ran|keeps?|kept|handles?|supervises?|teach|teaches|taught|coach|coaches|looks? after"
    r"|works? (?:on|with))"
    r"|(?:they|he|she|i) (?:are|is|am) (?:assigned(?: to)?|responsible for|in charge of|named (?:on|in)|involved in"
    r"|part of|the [a-z]+(?: (?:of|on|for))?)"
    r"|(?:them|him|her) ?selves|(?:belong(?:ing|s)?|given|addressed) to (?:them|him|her|me)"
    r"|(?:concerning|regarding|about) (?:them|him|her|me)|in their (?:own )?name|their assigned)(?!\S)"
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
    r"(?<!\S)(?:(?:but |and |or )?(?:not )?(?:only )?(?:if|unless|until|till|once|after|before|while|when|as long"
    r" as|provided|within(?! (?:their|his|her|its|my|our)(?!\S))"
    r"|up to \d+|at most|no more than|at least|less than|more than|not later than|no later than|during"
    r"|except (?:when|if))"
    r"(?! (?:they are |he is |she is )?(?:logging|signing|login|logged|signed)))(?= ).*"
)
"""What narrows a right in a way that no rule on rows or fields says."""

CONDITION_HINT = "a condition on rows is a rule of the business: write it in `service.py` of the area"
"""What the trace says of `until it is paid` and the like."""

REASON = re.compile(r"(?<!\S)(?:so that|so i|so they|so we|in order to|because)(?= ).*")

SUBJECT_FILL = word_set(
    "our my your their these those "
    "only just also and or nor , both the a an all each every as & / i any logged in "
    "registered authenticated other me ( )"
)

TURN = frozenset({",", "and", "but", "while", ";", "whereas", "only"})

PLAIN = word_set(
    "can may have has are is be able to with only access permission permissions rights "
    "do the a their own all able system data in on of and but or not change changes "
    "anything"
)

OF_RIGHTS = word_set(
    "cannot only own everything anything all them assigned belonging both rest no not nothing what touch"
)
"""Words that belong to a statement about rights, whatever it says."""

TURN_VERBS = word_set("can publish approve may cannot must have has are should")

MODALS = word_set("can may should must cannot cant shouldnt mustnt")

LETS = word_set("let lets letting allow allows allowing enable enables enabling permit permits")

ANONYMOUSLY = re.compile(
    r"(?<!\S)without (?:(?:logging|signing) in|login|sign in|authentication|(?:an "
    r")?accounts?|registration)(?!\S)"
)

OTHERS = word_set("other others another elses somebody someone")
"""Whose rows are forbidden where one's own are not."""

USE_IT = word_set("use uses work works log sign")
"""What only people who have rights do: `keepers use the system and manage dogs`."""

LIKE = word_set("everything all anything whatever same what like")

LIKE_FILL = word_set("that which as a an the rights permissions access what can do of")
"""Words between `everything` and the role that may do it already: `everything that an agent can`."""

LIKE_SAYS = word_set("that which as rights permissions access what")
"""Those without which `all` is about some people, and not about what they may do: `the grades of all pupils`."""

SOMEBODYS = re.compile(
    r"(?<!\S)(?:of|in|from|for|at|within|on) (?:their|his|her|its|my|our|that|the same)(?: own)? (?P<noun>[a-z]+)(?!\S)"
)
"""`of their team`: whose rows these are is told by no reference, where the noun is no thing."""

RULE = re.compile(
    r"(?<!\S)(?:at most|at least|no more than|not more than|maximum(?: of)?|minimum(?: of)?|nobody|no one"
    r"|noone|no two|must not|must never|"
    r"cannot|cant|may not|only once|twice|double|overlap(?:s|ping)?|exceeds?|greater than|less than|more"
    r" than|never|within|"
    r"automatically|until|unless|once|as soon as|per (?:day|week|month|year|person|member|user)|no longer than)(?!\S)"
)
"""What a rule of the business sounds like."""

QUALIFYING = word_set("for of in on to from at by with within per about regarding concerning against under")
"""What stands before a thing that only says whose, or about what, another is: `fees per member`."""

AGAIN = word_set("them it these those both ones")
"""Words for what was spoken of before."""

CLOSING = re.compile(
    r"(?<!\S)(?:(?:but |and |, |- )*(?:nothing (?:else|more)|no(?:thing)? more than that|thats? (?:all|it)"
    r"|not more)|only)(?= *(?:$|\.|;|!|\)))"
)
"""What ends the list of what somebody may do: there is no more of it."""

NOBODY_ELSE = re.compile(
    r"(?<!\S)(?:and |but )?(?:nobody|no one|noone|no other [a-z]+|none) else(?!\S)|(?<!\S)no other (?:role|user|person)"
)
"""Others, who may not: `the judge closes a race, nobody else does`; with an `'s`, whose rows are not meant."""

_OTHER_PEOPLE = (
    r"(?:(?:the|their|any|his|her|your) )*(?:others?|neighbou?rs?|colleagues?|peers?|coworkers?|rest)"
)
OTHERS_NOT = re.compile(
    r"(?<!\S)(?:(?:and |but )?(?:not )?(?:nobody|no one|noone|anybody|anyone|somebody) else|(?:and |but )?no others?"
    rf"|(?:and |but )?(?:not (?:those|the ones|that|any)|nothing|none) of {_OTHER_PEOPLE})(?!\S)"
)
"""Words by which one's own rows are meant: `and see nobody else's`, `nothing of their colleagues`."""

NOT_BY_THEMSELVES = re.compile(
    r"(?<!\S)(?:(?:,|-|but|and|though|however) )*"
    r"(?:(?:(?:but )?(?:not|never)|except|apart from|other than) (?:for )?"
    r"(?:(?:their|his|her|my|our|its) own(?: ones?)?|(?:the ones?|those|that|what|anything|any)(?: (?:that|which))?"
    r" (?:they|he|she|i|we) [a-z]+(?: themselves| himself| herself| myself)?)"
    r"|(?:by )?(?:some(?:body|one)|any(?:body|one)|another person|a person) (?:else |other )?than(?!\S).*)"
    r"(?= *(?:$|,|;|\.|\)|and|but))"
)
"""What somebody does for others and not for themselves: `approve claims, but never the ones they filed`."""

THE_OTHERS = re.compile(
    r"(?:(?<=^)|(?<=, )|(?<=; )|(?<=and )|(?<=but )|(?<=while )|(?<=: ))"
    r"(?:(?:all |the )*(?:others|other (?:roles?|users?|people|staff))|every(?:body|one) else|the rest(?! of))"
    r"(?= (?:can|may|have|has|get|gets|only|read|reads|see|sees|must|cannot|do|does|are|is)(?!\S))"
)
"""Whoever was not named before: `clerks maintain claims, others have read access`."""

THE_ONLY_ONE = re.compile(
    r"(?:and )?(?:is|are) the (?:only|sole) (?:ones?|people|persons?|roles?|users?)"
    r"(?: (?:who|that))?(?: (?:can|may|is allowed to|are allowed to|to))?(?= )"
)
"""Behind it stands what nobody else may do: `and is the only one to approve claims`."""

ANSWERS = tuple((word,) for word in ("who", "whom", "whose", "whether", "how", "why"))

OTHER_SUBJECTS = word_set("we you")
"""Those who do something and have no role."""
