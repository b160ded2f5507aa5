"""How people get an account.

What lives here: patterns, as data. What must not: code that reads them (`registration.py`).
"""

import re

OPEN = re.compile(
    r"(?<!\S)(?:(?:anyone|anybody|everyone|everybody|people|visitors?|guests?|strangers|(?:new )?[a-z]+s)"
    r" (?:can|may|must|should|should be able to|are able to|want to)(?: also| freely| themselves)?"
    r" (?:self register|register(?! (?:an?|the|new|their|his|her|for|[a-z]+s)(?!\S))|sign up(?! for)|join"
    r" us|create (?:an|their|their own) accounts?)"
    r"(?: themselves| as (?:an? )?[a-z]+(?: [a-z]+)?)?"
    r"|(?:self|open|public) ?(?:registration|sign ?up|service registration)|sign ?up is open|registration"
    r" is open(?: to (?:all|everyone|anyone))?)(?!\S)"
)
CLOSED = re.compile(
    r"(?<!\S)(?:(?:no|without) (?:self |public |open )?(?:registration|sign ?up)"
    r"|accounts (?:are|must be) (?:only )?(?:created|made|added) by (?:an? |the )?admin(?:istrator)?s?"
    r"|(?:only )?(?:an? |the )?admin(?:istrator)?s? (?:can |may )?(?:create|add|make)s? (?:all |the )?(?:user )?"
    r"(?:accounts|users|people))(?!\S)"
)
INVITED = re.compile(
    r"(?<!\S)(?:invite only|invitation only|(?:registration|sign ?up|access) (?:is )?(?:only )?by invitation(?: only)?"
    r"|(?:users|people|staff|accounts|members|customers|colleagues) (?:are|get|must be) (?:only )?invited"
    r"(?: by (?:an? |the )?[a-z]+)?(?: (?:by|via) e?mail)?"
    r"|(?:only )?(?:an? |the )?admin(?:istrator)?s? (?:can |may )?invites? (?:new |other |the )?"
    r"(?:accounts|users|people|staff|members|colleagues)(?: (?:by|via) e?mail)?)(?!\S)"
)
BECOMES = re.compile(
    r"(?<!\S)(?:new (?:users|accounts|people)|whoever (?:signs up|registers)|who signs up|after"
    r" (?:registration|sign ?up) (?:people|users))"
    r" (?:are|become|get(?: the role)?|start as|have the role)(?: an?| of)? (?P<role>[a-z]+(?: [a-z]+)?)(?!\S)"
    r"|default role (?:is|:) (?P<default>[a-z]+(?: [a-z]+)?)"
)
