"""A project made to break its reviewer: every report is written, nothing crashes, what was left out is told."""

import json
import os
from pathlib import Path

import pytest
from backwright_workbench.cli.verbs import run
from review_projects import put

DEEP = 3_000
FILES = {
    "broken.py": "def (:\n",
    "indented.py": "  x = 1\n y = 2\n",
    "empty.py": "",
    "blank.py": "\n\n\f\n",
    "parens.py": "x = " + "(" * DEEP + "1" + ")" * DEEP + "\n",
    "brackets.py": "x = " + "[" * 150 + "]" * 150 + "\n",
    "chain.py": "x = a" + ".b" * DEEP + "\n",
    "calls.py": "x = f" + "()" * DEEP + "\n",
    "sum.py": "x = " + " + ".join(["'a'"] * DEEP) + "\n",
    "minus.py": "x = " + "-" * DEEP + "1\n",
    "nested.py": "".join(f"{' ' * n}if x:\n" for n in range(90)) + " " * 90 + "pass\n",
    "functions.py": "".join(f"{' ' * n}def f{n}():\n" for n in range(90)) + " " * 90 + "pass\n",
    "elif.py": "if x:\n    pass\n" + "".join(f"elif x == {n}:\n    pass\n" for n in range(DEEP)),
    "line.py": "x = '" + "a" * 900_000 + "'\n",
    "names.py": "\uff41 = 1\n变量 = \uff41\nclass Ünïcode:\n    def 方法(self): return self\n",
    "itself.py": "from itself import *\nimport itself\nclass A(A): pass\nx = x\n",
    "one.py": "from two import *\nclass A(B): pass\n",
    "two.py": "from one import *\nclass B(A): pass\n",
    "decorated.py": "@(lambda f: f)\n@x[0](1)(2)\n@app.route(*a, **k)\n@app.get()\ndef f(*, a, **k): ...\n",
    "flask_odd.py": "from flask import Flask\napp = Flask()\n@app.route()\ndef a(): pass\n@app.route(1, methods=3)\n"
    "class B: pass\napp.add_url_rule()\napp.register_blueprint()\napp.run(**{'debug': True})\n",
    "fastapi_odd.py": "from fastapi import *\napp = FastAPI(*a)\n@app.get\ndef a(x=Depends()): pass\n"
    "@app.api_route()\nasync def b(): pass\napp.include_router()\napp.add_middleware()\n",
    "django_odd/settings.py": "INSTALLED_APPS = None\nMIDDLEWARE = 3\nDATABASES = []\nROOT_URLCONF = 1\n",
    "django_odd/urls.py": "from django.urls import path\nurlpatterns = [path(), path(1), path('a', None), *x]\n",
    "models.py": "from sqlalchemy import *\nfrom django.db import models\nclass A(models.Model):\n"
    "    a = models.ForeignKey()\n"
    "    b = models.CharField(max_length='x')\n    class Meta:\n        indexes = 3\n"
    "class C(Base):\n    __tablename__ = f'{x}'\n    id = Column(*a, **k)\n    __table_args__ = (1, {})\n",
    "queries.py": "def f(s):\n    s.execute()\n    s.query().filter().all()\n    s.execute(f'')\n"
    "    A.objects.filter(**k)[::2]\n"
    "    cursor.execute('SELECT %s' % ())\n    cursor.execute('%', *x)\n    text()\n",
    "match.py": "match x:\n    case [*_, {'a': 1, **r}] | A(b=2) if y: pass\n    case _: pass\n",
    "pyproject.toml": "[project\n",
    "requirements.txt": "-e .\n===\nflask==\n--hash=\n@\n",
    "Dockerfile": "FROM\nRUN \\\n",
    "alembic/versions/a.py": "revision = None\ndef upgrade(): op.create_table(*x)\ndef downgrade(): pass\n",
    "templates/a.html": "{% for %}{{ x | safe }}{% endfor",
    "docker-compose.yml": "services: [\n\t- a: *b\n",
    "openapi.json": "{" * 1000,
}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """All of it, and things that are no files."""
    root = tmp_path / "hostile"
    put(root, FILES)
    (root / "nul.py").write_bytes(b"x = 1\0\n")
    (root / "huge.py").write_bytes(b"x = 1\n" * 1_800_000)
    (root / "utf16.py").write_bytes("x = 1\n".encode("utf-16"))
    (root / "surrogate.py").write_bytes("x = '\ud800'\n".encode("utf-8", "surrogatepass"))
    (root / "loop").symlink_to(root, target_is_directory=True)
    os.mkfifo(root / "pipe.py")
    with open(os.path.join(os.fsencode(root), b"\x1b[2J\xff.py"), "wb") as file:
        file.write(b"import requests\nrequests.get('x', verify=False)\n")
    return root


def test_every_report_of_it_is_written(
    hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No rule and no reader fails; what was left out is told with its reason."""
    files = {form: tmp_path / f"report.{form}" for form in ("sarif", "json", "markdown", "html")}
    options = [word for form, place in files.items() for word in (f"--{form}", str(place))]
    options = ["--report-json" if word == "--json" else word for word in options]
    assert run(["review", str(hostile), *options, "--no-config", "--fail-on", "never", "--verbose"]) == 0
    said = capsys.readouterr().out
    report = json.loads(files["json"].read_text())
    assert report["remarks"] == []
    left = {each["path"]: each["why"] for each in report["left_out"]}
    assert left["nul.py"] == "binary"
    assert left["huge.py"] == "larger than 1 MB"
    assert left["loop"] == "a symbolic link"
    assert left["pipe.py"] == "not a file (a device, socket or pipe)"
    assert left["broken.py"].startswith("cannot be parsed")
    assert "\x1b" not in said
    assert "\\x1b[2J\\xff.py:2" in said
    assert all(place.stat().st_size for place in files.values())


def test_a_broken_configuration_is_told_as_one(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It could narrow the review; not reading it would be guessing."""
    assert run(["review", str(hostile)]) == 2
    assert "is not TOML" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [[], ["--json"], ["--routes", "--models", "--queries", "--settings", "--calls"]]
)
def test_it_is_inspected(hostile: Path, option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """As far as it goes; no reader fails."""
    assert run(["inspect", str(hostile), *option]) == 0
    shown = capsys.readouterr()
    assert "defect" not in shown.err
    assert "\x1b" not in shown.out
