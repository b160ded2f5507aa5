"""Values are bound in the style of the driver at hand, or the statement stays as it is."""

import pytest
from mending_cases import after, mend

HEADS = {
    "sqlite3": "import sqlite3\nfrom flask import Flask, request\napp = Flask(__name__)\n"
    "def connect():\n    return sqlite3.connect('shop.db')\n",
    "psycopg2": "import psycopg2\nfrom flask import Flask, request\napp = Flask(__name__)\n"
    "def connect():\n    return psycopg2.connect('')\n",
    "sqlalchemy": "from flask import Flask, request\nfrom sqlalchemy import text\nfrom db import User, session\n"
    "app = Flask(__name__)\n",
    "django": "from django.db import connection\n",
}


def flask(driver: str, *lines: str) -> str:
    """A handler that has a name from the caller."""
    body = "".join(f"    {each}\n" for each in lines)
    start = "" if driver == "sqlalchemy" else "    cur = connect().cursor()\n"
    head = f"{HEADS[driver]}\n@app.route('/u')\ndef users():\n    name = request.args['name']\n"
    return f"{head}{start}{body}    return ''\n"


BOUND = {
    "f-string, quoted": (
        "sqlite3",
        """cur.execute(f"SELECT id FROM users WHERE name = '{name}'")""",
        """cur.execute("SELECT id FROM users WHERE name = ?", (name,))""",
    ),
    "f-string, two values": (
        "psycopg2",
        """cur.execute(f"SELECT id FROM users WHERE name = '{name}' AND age > {request.args['age']}")""",
        """cur.execute("SELECT id FROM users WHERE name = %s AND age > %s", (name, request.args['age']))""",
    ),
    "percent": (
        "psycopg2",
        """cur.execute("SELECT id FROM users WHERE name = '%s' AND tag LIKE '%%x'" % name)""",
        """cur.execute("SELECT id FROM users WHERE name = %s AND tag LIKE '%%x'", (name,))""",
    ),
    "a percent sign that was alone": (
        "psycopg2",
        """cur.execute(f"SELECT id FROM users WHERE tag LIKE 'x%' AND name = '{name}'")""",
        """cur.execute("SELECT id FROM users WHERE tag LIKE 'x%%' AND name = %s", (name,))""",
    ),
    "percent and a tuple": (
        "sqlite3",
        """cur.execute("INSERT INTO users (name, age) VALUES ('%s', %s)" % (name, request.form["age"]))""",
        """cur.execute("INSERT INTO users (name, age) VALUES (?, ?)", (name, request.form["age"]))""",
    ),
    "format": (
        "sqlite3",
        """cur.execute("SELECT id FROM users WHERE name = '{}' AND x = '{{}}'".format(name))""",
        """cur.execute("SELECT id FROM users WHERE name = ? AND x = '{}'", (name,))""",
    ),
    "concatenation": (
        "sqlite3",
        """cur.execute("SELECT id FROM users WHERE name = '" + name + "' LIMIT 1")""",
        """cur.execute("SELECT id FROM users WHERE name = ? LIMIT 1", (name,))""",
    ),
    "concatenation at the end": (
        "sqlite3",
        """cur.execute("SELECT id FROM users WHERE id = " + str(name))""",
        """cur.execute("SELECT id FROM users WHERE id = ?", (name,))""",
    ),
    "a pattern": (
        "sqlite3",
        """cur.execute(f"SELECT id FROM users WHERE name LIKE '%{name}%'")""",
        """cur.execute("SELECT id FROM users WHERE name LIKE ?", (f"%{name}%",))""",
    ),
    "text of SQLAlchemy": (
        "sqlalchemy",
        """session.execute(text(f"SELECT id FROM users WHERE name = '{name}'"))""",
        """session.execute(text("SELECT id FROM users WHERE name = :name"), {"name": name})""",
    ),
    "a piece of a statement": (
        "sqlalchemy",
        """session.query(User).filter(User.id > 1, text(f"name LIKE '%{name}%' OR tag = '{name}'")).all()""",
        """session.query(User).filter(User.id > 1, text("name LIKE :name OR tag = :name_2")"""
        """.bindparams(name=f"%{name}%", name_2=name)).all()""",
    ),
    "a table that the program names": (
        "sqlalchemy",
        """session.execute(text(f"SELECT id FROM {User.__tablename__} WHERE name = '{name}'"))""",
        """session.execute(text(f"SELECT id FROM {User.__tablename__} WHERE name = :name"), {"name": name})""",
    ),
    "a statement with a name of its own": (
        "sqlite3",
        """query = f"SELECT id FROM users WHERE name = '{name}'"\n    cur.execute(query)""",
        """query = "SELECT id FROM users WHERE name = ?"\n    cur.execute(query, (name,))""",
    ),
}


@pytest.mark.parametrize(("driver", "line", "wanted"), BOUND.values(), ids=BOUND)
def test_a_value_is_bound(driver: str, line: str, wanted: str) -> None:
    """And nothing else of the file changes."""
    assert after(flask(driver, line), "sql-injection") == flask(driver, wanted)


LEFT = {
    "a table": """cur.execute(f"SELECT id FROM {name}")""",
    "a column": """cur.execute(f"SELECT {name} FROM users")""",
    "an order": """cur.execute(f"SELECT id FROM users ORDER BY {name}")""",
    "a list": """cur.execute(f"SELECT id FROM users WHERE id IN ({name})")""",
    "a part of a name": """cur.execute(f"SELECT id FROM users_{name} WHERE id = 1")""",
    "a condition": """cur.execute(f"SELECT id FROM users WHERE {name}")""",
    "one of two": """cur.execute(f"SELECT id FROM {name} WHERE name = '{name}'")""",
    "another language": """cur.execute(f"CREATE TABLE t (a {name})")""",
    "a text with a format": """cur.execute(f"SELECT id FROM users WHERE name = '{name!r:>10}'")""",
    "parameters already": """cur.execute(f"SELECT id FROM users WHERE name = '{name}' AND id = ?", (1,))""",
    "a text used twice": """query = f"SELECT id FROM users WHERE name = '{name}'"\n    print(query)\n"""
    """    cur.execute(query)\n    cur.execute(query)""",
    "a value that changes": """query = f"SELECT id FROM users WHERE name = '{name}'"\n    name = 'x'\n"""
    """    cur.execute(query)""",
}


@pytest.mark.parametrize("line", LEFT.values(), ids=LEFT)
def test_what_cannot_be_bound_as_a_whole_stays(line: str) -> None:
    """Half of a fix is none; the finding is told as left."""
    source = flask("sqlite3", line)
    result = mend(source, "sql-injection")

    assert result.files == {}
    assert [finding.rule for finding, _ in result.left] == ["sql-injection"] * len(result.left)
    assert result.left


def test_without_a_known_driver_nothing_is_done() -> None:
    """How parameters are written is not guessed."""
    source = flask("sqlite3", """cur.execute(f"SELECT id FROM users WHERE name = '{name}'")""")
    source = source.replace("sqlite3", "unknown")

    assert mend(source, "sql-injection").files == {}
