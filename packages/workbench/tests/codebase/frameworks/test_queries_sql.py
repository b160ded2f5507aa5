"""Queries as texts of SQL, through every kind of driver."""

import pytest
from asked_queries import asked, queries, told
from backwright_workbench.codebase.application import read_application

TABLES = '''
SCHEMA = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, city TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER, title TEXT);
"""
TABLE = "users"
'''
HEAD = """
import sqlite3, asyncpg, psycopg2
from psycopg2 import sql
from app.tables import TABLE
def get_db():
    return sqlite3.connect("x.db")
def query_db(query, args=(), one=False):
    cur = get_db().execute(query, args)
    rv = cur.fetchall()
    return (rv[0] if rv else None) if one else rv
"""


def in_function(body: str, params: str = "cursor, conn, db, x, xs") -> list[str]:
    lines = "\n".join("    " + line for line in body.strip().splitlines())
    start = "async def" if "await" in body or "async " in body else "def"
    return asked(f"{HEAD}{start} f({params}):\n{lines}\n", tables=TABLES)[1:]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("cursor.execute('SELECT * FROM users')\nreturn cursor.fetchall()", ["select users many"]),
        ("cursor.execute('SELECT * FROM users WHERE city = ?', (x,))\nreturn cursor.fetchone()",
         ["select users(city) limited"]),
        ("cursor.execute('SELECT * FROM users WHERE name = %s', (x,))\nreturn cursor.fetchall()",
         ["select users(name) limited many"]),
        ("cursor.execute(f\"SELECT * FROM users WHERE city = '{x}'\")", ["select users(city) is_built"]),
        ("cursor.execute(\"SELECT * FROM users WHERE city = '%s'\" % x)", ["select users(city) is_built"]),
        ("cursor.execute(\"SELECT * FROM users WHERE city = '\" + x + \"'\")", ["select users(city) is_built"]),
        ("cursor.execute('SELECT * FROM users WHERE city = {}'.format(x))", ["select users(city) is_built"]),
        ("query = f'SELECT * FROM posts WHERE title = {x}'\ncursor.execute(query)", ["select posts(title) is_built"]),
        ("query = 'SELECT * FROM users'\nif x:\n    query += ' WHERE city = ' + x\ncursor.execute(query)",
         ["select users(city) is_built"]),
        ("query = 'SELECT * FROM users'\nif x:\n    query += ' WHERE city = %s'\ncursor.execute(query, [x])",
         ["select users(city)"]),
        ("parts = []\nif x:\n    parts.append('city = %s')\n"
         "cursor.execute('SELECT * FROM users WHERE ' + ' AND '.join(parts))",
         ["select users(city)"]),
        ("cursor.execute(f'SELECT * FROM {TABLE}')", ["select users"]),
        ("marks = ','.join('?' * len(xs))\ncursor.execute(f'SELECT * FROM users WHERE id IN ({marks})', xs)",
         ["select users(id)"]),
        ("marks = ','.join(['%s'] * len(xs))\ncursor.execute('SELECT * FROM users WHERE id IN (%s)' % marks, xs)",
         ["select users(id)"]),
        ("cursor.execute(f'SELECT * FROM users LIMIT {int(x)}')", ["select users limited"]),
        ("order = 'ASC' if x else 'DESC'\ncursor.execute(f'SELECT * FROM users ORDER BY city {order}')",
         ["select users by city"]),
        ("cursor.execute(sql.SQL('SELECT * FROM {}').format(sql.Identifier(x)))", ["select"]),
        ("for name in ('users', 'posts'):\n    cursor.execute(f'DELETE FROM {name}')", ["delete in_loop"]),
        ("cursor.execute('SELECT p.title FROM posts p JOIN users u ON p.user_id = u.id "
         "WHERE u.city = %s ORDER BY p.title')",
         ["select posts,users(city,user_id,id) by title"]),
        ("cursor.execute('SELECT count(*) FROM users')", ["count users limited"]),
        ("cursor.execute('INSERT INTO users (name) VALUES (?)', (x,))\nconn.commit()", ["insert users"]),
        ("cursor.executemany('INSERT INTO users (name) VALUES (?)', xs)", ["insert users"]),
        ("cursor.execute('UPDATE users SET city = ? WHERE id = ?', (x, x))", ["update users(id) limited"]),
        ("return await conn.fetch('SELECT * FROM users WHERE city = $1', x)", ["select users(city) many is_async"]),
        ("return await conn.fetchrow('SELECT * FROM users WHERE city = $1', x)",
         ["select users(city) limited is_async"]),
        ("return await db.fetch_all(query='SELECT * FROM posts')", ["select posts many is_async"]),
        ("return conn.execute('SELECT * FROM posts').fetchall()", ["select posts many"]),
        ("for x in xs:\n    cursor.execute('SELECT * FROM posts WHERE user_id = ?', (x,))",
         ["select posts(user_id) in_loop"]),
        ("return query_db('SELECT * FROM users WHERE city = ?', [x])", ["select users(city) many"]),
        ("return query_db('SELECT * FROM users WHERE city = ?', [x], one=True)", ["select users(city) limited"]),
        ("return query_db('SELECT * FROM users WHERE city = %s' % x)", ["select users(city) many is_built"]),
        ("return pd.read_sql('SELECT * FROM posts', conn)", ["select posts many"]),
        ("logger.info(f'Select {x} from the list')\nprint('delete from users')\nflash(f'Update x set {x}')", []),
        ("redis.execute(x)\nexecutor.execute('hello')\nrequest.execute()", []),
    ],
)  # fmt: skip
def test_a_text_says_what_it_asks(body: str, expected: list[str]) -> None:
    """Tables, columns, limits, and whether values are put in."""
    assert in_function(body) == expected


def test_a_text_keeps_its_words_and_a_mark_for_each_value() -> None:
    """So that others can show it."""
    (found,) = queries(
        "def f(cursor, x):\n    cursor.execute(f\"SELECT a FROM t WHERE b = '{x}' AND c = {x}\")\n"
    )
    assert found.sql == "SELECT a FROM t WHERE b = '{}' AND c = {}"
    assert found.filters == ("t.b", "t.c")


def test_what_is_no_sql_is_no_reason_to_stop() -> None:
    """Broken and odd texts."""
    found = asked(
        """
def f(cursor, x):
    cursor.execute("SELECT FROM WHERE (")
    cursor.execute("SELECT '" * 3)
    cursor.execute("")
    cursor.execute("select " + "(" * 300)
    cursor.execute("%s" % (x,))
    cursor.execute("{" .format(x))
    cursor.execute(*x)
"""
    )
    assert len(found) >= 3


def test_texts_that_are_called_by_their_name() -> None:
    """aiosql: the text stands in a file, a mark says what it gives."""
    files = {
        "app/sql/users.sql": "-- name: get-user^\nSELECT * FROM users WHERE city = :c;\n\n"
        "-- name: list-users\nSELECT * FROM users;\n",
        "app/main.py": """
import aiosql
queries = aiosql.from_path("sql", "asyncpg")
async def f(conn, c):
    await queries.get_user(conn, c=c)
    return await queries.list_users(conn)
""",
    }
    found = [told(each) for each in read_application(files).queries]
    assert found == ["select users(city) limited is_async", "select users many is_async"]
