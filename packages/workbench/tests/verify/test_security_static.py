"""security/static: the code opens no known hole."""

from pathlib import Path

import pytest
from backwright_workbench.verify.checks.security.static import reviewed, sources
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed, planted

STATIC = "security/static"
RESOURCE = "src/work_orders/assets/resource.py"

HEAD = """import os, pickle, subprocess, traceback
import httpx2, jwt, yaml
from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr
from sqlalchemy import select, text
from work_orders.database import cursor, db, session

router = APIRouter()


"""

PLANTED = {
    "eval": ('@router.get("/sum")\nasync def total(formula: str):\n    return eval(formula)', "CWE-94"),
    "formatted-statement": (
        "async def find(name):\n    session.execute(text(f\"select * from t where name = '{name}'\"))",
        "CWE-89",
    ),
    "statement-by-way-of-a-variable": (
        "async def find(n):\n    q = \"select * from t where n = '%s'\" % n\n    await session.execute(text(q))",
        "CWE-89",
    ),
    "statement-that-grows": (
        'def find(name):\n    q = "select * from t where name = "\n    q += name\n    return db.execute(q)',
        "CWE-89",
    ),
    "statement-with-format": (
        'def clear(name):\n    cursor.execute("delete from t where name = {}".format(name))',
        "CWE-89",
    ),
    "statement-of-a-function": (
        'def q(n):\n    return f"select * from t where n = {n}"\n\ndef f(n):\n    return db.execute(text(q(n)))',
        "CWE-89",
    ),
    "statement-under-another-name": (
        'from sqlalchemy import text as t\n\ndef f(c):\n    db.execute(t(f"delete from a where b = {c}"))',
        "CWE-89",
    ),
    "stack-for-the-caller": (
        '@router.get("/f")\ndef f():\n    return PlainTextResponse(traceback.format_exc(), 500)',
        "CWE-209",
    ),
    "certificate-not-checked": ("httpx2.Client(verify=False)", "CWE-295"),
    "certificate-not-checked-by-a-mapping": (
        'options = {"verify": False}\nhttpx2.get("/", **options)',
        "CWE-295",
    ),
    "signature-not-checked": ('jwt.decode(token, options={"verify_signature": False})', "CWE-347"),
    "shell": ('def convert(name):\n    subprocess.run("convert " + name, shell=True)', "CWE-78"),
    "yaml": ("def load(text):\n    return yaml.load(text)", "CWE-502"),
    "pickle": (
        '@router.post("/p")\nasync def p(request):\n    return pickle.loads(await request.body())',
        "CWE-502",
    ),
    "debug": ("DEBUG = True", "CWE-489"),
    "debug-of-an-application": ("app = FastAPI(debug=True)", "CWE-489"),
    "default-secret": ('class S:\n    secret_key: SecretStr = SecretStr("changeme")', "CWE-798"),
    "secret-without-a-setting": ('secret_key = os.environ.get("K", "dev-secret-1")', "CWE-798"),
}
HARMLESS = {
    "statement-of-constants": 'TABLE = "t"\nsession.execute(text(f"select * from {TABLE}"))',
    "statement-of-the-builder": "session.execute(select(t).where(t.c.id == id))",
    "statement-with-parameters": 'session.execute(text("select * from t where id = :id"), {"id": id})',
    "parts-of-constants": 'def q(flag):\n    s = "select 1"\n    s += " limit 1"\n    return db.execute(s)',
    "text-for-a-reader": 'log.info(f"selected {n} from {table}")',
    "pattern": 'TOKEN = re.compile(r"[a-z]+")\nmodel.eval()',
    "name-of-a-password": 'PASSWORD = "password"\nSecurity(scheme="bearer", token_url="/auth/token")',
    "empty-secret": 'secret_key: SecretStr = SecretStr("")',
    "secret-of-the-environment": 'secret_key = os.environ.get("SECRET_KEY_1")',
}


@pytest.mark.parametrize(("code", "cwe"), PLANTED.values(), ids=PLANTED)
def test_a_weakness_is_found(code: str, cwe: str) -> None:
    """However it is written."""
    assert f"({cwe})" in " ".join(
        each.what for each in reviewed({"src/work_orders/weak.py": f"{HEAD}{code}\n"})
    )


@pytest.mark.parametrize("code", HARMLESS.values(), ids=HARMLESS)
def test_what_only_looks_like_one_is_none(code: str) -> None:
    """Constants, parameters and names let nobody in."""
    assert list(reviewed({"src/work_orders/fine.py": f"{HEAD}{code}\n"})) == []


def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """All of its code was looked at, and none of its tests."""
    evidence = checked(good, STATIC, tmp_path)
    assert passed(evidence)
    assert {path.partition("/")[0] for path in sources(good.subject.files())} == {"src"}


def test_what_a_comment_hides_is_found(good: Opened, tmp_path: Path) -> None:
    """By our rules and by ruff's, each at its line."""
    hidden = "\nimport hashlib, time\n\nasync def weigh(x: str) -> object:\n    time.sleep(1)  # noqa\n"
    hidden += "    hashlib.md5(x.encode())  # noqa: S324\n    return eval(x)  # noqa: S307\n"
    with planted(good, tmp_path, {RESOURCE: ("", hidden)}, same_tables=False) as opened:
        found = faults(checked(opened, STATIC, tmp_path))
    lines = (good.subject.files() / RESOURCE).read_text().count("\n")
    assert f"{RESOURCE}:{lines + 7}: " in found
    assert f"{RESOURCE}:{lines + 5}: Async functions should not call `time.sleep`" in found
    assert "(S324)" in found
