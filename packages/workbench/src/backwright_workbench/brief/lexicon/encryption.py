"""How briefs say that the database shall hold a field encrypted.

What lives here: patterns and words, as data. What must not: code that reads them (`encryption.py`).
"""

import re

from backwright_workbench.brief.grammar import phrase, word_set

_ONE = r"[a-z]+(?: [a-z]+){0,5}?"
_LIST = rf"{_ONE}(?: , (?:and )?{_ONE}| and {_ONE})*?"
_HOW = (
    r"(?: (?:at rest|in (?:the |our )?(?:database|db|storage|tables?)|on disk|when stored|before (?:storing|saving)"
    r"|with aes(?: ?-? ?256)?(?: ?-? ?gcm)?|(?:at|on) (?:the )?(?:field|column) level))*"
)
_MUST = r"(?:is|are|be|(?:must|should|shall|will|has to|have to|needs? to)(?: always)? be)"
_END = r"(?= [.;,)!]|$)"

SAID = re.compile(
    rf"(?<!\S)(?:we |the (?:system|service|api|backend) )?(?:must |should |shall |will )?encrypts? (?:the |all |any )?"
    rf"(?P<what>{_LIST}){_HOW}{_END}"
    rf"|(?<!\S)(?:the |all )?(?P<kept>{_LIST}) {_MUST} (?:(?:always|only|stored|kept|saved|held|fully) )*encrypted"
    rf"{_HOW}{_END}"
    rf"|(?<!\S)(?:stores?|keeps?|saves?|holds?) (?:the |all |any )?(?P<stored>{_LIST}) (?:always |only )?encrypted"
    rf"{_HOW}{_END}"
)
"""`Encrypt social security numbers`, `the IBAN is stored encrypted at rest`, `store account numbers encrypted`."""

VAGUE = word_set(
    "data information details fields columns everything pii it they them this these that database storage records rows"
    " values content tables secrets"
)
"""What such a sentence may speak of without naming a field."""

MOVING = word_set(
    "traffic connection connections communication communications transport transit backups network requests"
)
"""Encrypted too, and none of a field's business."""

PASSWORDS = word_set("password passwords credentials")

GENERAL = phrase(
    r"(?:(?:field|column|data|database|at) (?:level )?)?(?:rest )?encryption(?: (?:at rest"
    r"|of (?:sensitive|personal) (?:data|fields)|of pii))?"
    r"|encrypt(?:ed|s)?(?: (?:at rest|fields?|columns?|storage|in the database))*"
    r"|(?:sensitive|personal) data (?:is |must be )?encrypted"
)
"""Encryption, of nothing in particular."""

SAME: dict[str, tuple[str, ...]] = {
    "social_security_number": ("ssn", "social_security_no"),
    "ssn": ("social_security_number",),
    "bank_account": ("iban", "account_number", "bank_account_number"),
    "bank_account_number": ("iban", "account_number", "bank_account"),
    "iban": ("bank_account", "bank_account_number"),
    "tax_number": ("tax_id",),
    "tax_id": ("tax_number",),
    "passport": ("passport_number",),
    "date_of_birth": ("birth_date", "born_on", "birthday", "birthdate"),
    "birthday": ("birth_date", "date_of_birth", "born_on"),
    "phone_number": ("phone",),
    "telephone_number": ("phone",),
    "email_address": ("email",),
    "medical_history": ("history",),
}
"""Words for one and the same."""
