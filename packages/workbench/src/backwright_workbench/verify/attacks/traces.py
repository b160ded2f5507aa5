"""What an answer holds that tells of the inside: stacks, statements, files, libraries.

What lives here: knowing it when it is there. What must not: provoking it.
"""

import re

TRACES = {
    "a stack": re.compile(
        r"Traceback \(most recent|File \"[^\"]+\", line \d+|^\s+at [\w.$]+\([\w.]+:\d+\)", re.M
    ),
    "a file": re.compile(
        r"[\w/\\.-]+\.py(:\d+|\b\")|/(?:site|dist)-packages/|/(?:home|root|usr/lib|app/src|tmp)/[\w./-]+"
    ),
    "a statement": re.compile(
        r"\bSELECT\b[^\"<]{0,200}\bFROM\b|\bINSERT INTO\b|\bUPDATE\b \w+ \bSET\b|\bDELETE FROM\b|\bALTER TABLE\b"
    ),
    "a message of the database": re.compile(
        r"no such (table|column)|relation \\?\"?[\w.]+\\?\"? does not exist|column \\?\"?[\w.]+\\?\"? does not exist"
        r"|syntax error at or near|near \\?\"[^\"]+\\?\": syntax error|unrecognized token|UNIQUE constraint failed"
        r"|duplicate key value violates|violates (foreign key|check|not-null) constraint|unterminated quoted string"
        r"|You have an error in your SQL syntax|Table '[\w.]+' doesn't exist|ORA-\d{5}|database is locked"
    ),
    "a library": re.compile(
        r"\b(sqlalchemy|asyncpg|aiosqlite|sqlite3|psycopg2?|asyncmy|pymysql|pydantic_core|starlette\.|fastapi\.|uvicorn"
        r"|django\.|rest_framework|joserfc|msgspec|OperationalError|ProgrammingError|IntegrityError|DataError)\b"
    ),
    "a place in memory": re.compile(r"<[\w. ]+ (object )?at 0x[0-9a-f]{6,}>"),
    "a file of the system": re.compile(r"root:[^:\n]*:0:0:"),
}


def traces(text: str, *sent: str) -> list[str]:
    """The kinds of traces in a text, without what was sent and is only said back."""
    for each in sent:
        if len(each) > 3:
            text = text.replace(each, " ")
    return [name for name, pattern in TRACES.items() if pattern.search(text)]
