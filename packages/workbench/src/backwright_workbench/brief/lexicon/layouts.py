"""Words around what a layout defines.

What lives here: tables and patterns, as data. What must not: code that reads them (`layouts.py`).
"""

import re

from backwright_workbench.brief.grammar import word_set

_STORE = (
    r"(?:(?:relational |document |sql |nosql )?(?:database|db|data ?base|data store|datastore)|postgres(?:ql| sql)?"
    r"|psql|my ?sql|maria ?db|sqlite3?|mongo(?: ?db)?|(?:ms |microsoft )?sql server|mssql|oracle|dynamodb|couchdb"
    r"|firestore|cassandra|cockroachdb)"
)
_HELD = r"(?:tables?|collections?|entities|models|documents|schemas?|resources)"
HOLDS = re.compile(
    rf"(?<!\S)(?:(?:{_STORE} ?(?:\d+ )?)+ ?(?:(?:with|for|holding|storing|containing|of|that holds|that stores"
    rf"|to store|keeping|has) |\( |: |- |{_HELD} (?:for |: |\( |- |of |with )?)"
    rf"|(?:^|(?<= [,;] ))(?:tables?|collections?|entities|models) ?: )(?:(?:the|following|{_HELD}|:|for|of|are|is) )*"
)
"""Before a list of what is stored."""
ENDS = word_set(". ; ) : - → with using via in on by for to from that which where as plus including")
SEPARATORS = word_set(", & and + / or |")
SETS = word_set("tables table collections entities models documents schemas resources records and/or")
KIND_WORDS = word_set("entity model table collection resource object entities")
"""Beside the name in a heading: `Entity: Booking`, `Booking table`."""
NOT_CALLED = word_set(
    "roles role rbac users auth authentication filter filters search sort crud rest api upload uploads cache caching"
    " database db limit limits tests list endpoints permissions access varchar char choice stores storage"
)
"""Before a bracket, they introduce something else than fields."""
