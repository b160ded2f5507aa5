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
    r"(?<!\S)(?:(?:no|without) (?:self |public |open )?(?:registration|sign ?up)|invite only"
    r"|(?:registration|sign ?up) (?:is )?(?:only )?by"
    r" invitation|accounts (?:are|must be) (?:only )?(?:created|made|added) by (?:an? |the )?admin(?:istrator)?s?"
    r"|only admins? (?:can|may) (?:create|add|invite) (?:accounts|users|people))(?!\S)"
)
BECOMES = re.compile(
    r"(?<!\S)(?:new (?:users|accounts|people)|whoever (?:signs up|registers)|who signs up|after"
    r" (?:registration|sign ?up) (?:people|users))"
    r" (?:are|become|get(?: the role)?|start as|have the role)(?: an?| of)? (?P<role>[a-z]+(?: [a-z]+)?)(?!\S)"
    r"|default role (?:is|:) (?P<default>[a-z]+(?: [a-z]+)?)"
)
