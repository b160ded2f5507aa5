"""`backwright inspect`: what a backend is made of."""

import json
from pathlib import Path

import jsonschema
import pytest
from backwright_workbench.cli.verbs import run
from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Setting
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.reports.inspection.document import inspection_schema
from backwright_workbench.reports.inspection.tables import table
from review_projects import put

SECRET = "s3cr3t-of-the-shop"
FILES = {
    "shop/__init__.py": "",
    "shop/main.py": f"""import os

from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

from shop.orders import router

SECRET_KEY = "{SECRET}"
app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="{SECRET}")
app.include_router(router, prefix="/api")
""",
    "shop/orders.py": """from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from shop.models import Order, session

router = APIRouter()


@router.get("/orders/{id}")
async def order(id: int, db: Session = Depends(session)) -> object:
    return db.query(Order).filter(Order.id == id).first()
""",
    "shop/models.py": """from sqlalchemy import Column, ForeignKey, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

Base = declarative_base()
make = sessionmaker(bind=create_engine("postgresql://shop:s3cr3t-of-the-shop@db/shop"))


def session():
    yield make()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), index=True)
    user_id = Column(Integer, ForeignKey("users.id"))
""",
    "tests/test_orders.py": "def test_one():\n    assert True\n",
    ".github/workflows/test.yml": "on: push\n",
    "requirements.txt": "fastapi\nsqlalchemy\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small shop."""
    put(tmp_path / "shop", FILES)
    return tmp_path / "shop"


def test_the_overview_fits_on_two_screens(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stack, layers, routes, models, tests and what is not there."""
    assert run(["inspect", str(project)]) == 0
    said = capsys.readouterr().out
    assert len(said.splitlines()) < 80
    assert max(map(len, said.splitlines())) <= 80
    for each in (
        "FastAPI · SQLAlchemy",
        "shop.main",
        "/api/orders",
        "3 columns; 1 indexed; refers to users",
        "1 of 1 handlers are async",
        "1 test in 1 file",
        "continuous integration: .github/workflows/test.yml",
        "no migrations",
        "1 of 1 routes do not ask who is calling",
    ):
        assert each in said


def test_everything_is_one_document_that_keeps_to_its_schema(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the values of secrets."""
    assert run(["inspect", str(project), "--json"]) == 0
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    jsonschema.validate(document, inspection_schema())
    assert [route["path"] for route in document["routes"]] == ["/api/orders/{id}"]
    assert [column["name"] for column in document["models"][0]["columns"]] == ["id", "name", "user_id"]
    assert SECRET not in shown.out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("routes", "GET     /api/orders/{id}"),
        ("models", "Order  id"),
        ("queries", "shop.orders.order  1 select"),
        ("calls", "There are no calls"),
    ],
)
def test_whole_tables_are_told(
    project: Path, name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Or that there is nothing."""
    assert run(["inspect", str(project), f"--{name}"]) == 0
    shown = capsys.readouterr().out
    assert said in " ".join(shown.split("  ")) or said in shown
    assert SECRET not in shown


@pytest.mark.parametrize("files", [{}, {"a.txt": "x"}, {"a.py": "def (:\n"}])
def test_a_project_without_anything_is_told_as_such(
    tmp_path: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """No crash, no empty headings."""
    put(tmp_path, files)
    assert run(["inspect", str(tmp_path)]) == 0
    assert "no framework that is known here" in capsys.readouterr().out
    assert run(["inspect", str(tmp_path), "--json"]) == 0


def test_nothing_to_inspect_is_refused(tmp_path: Path) -> None:
    """As `review` does."""
    assert run(["inspect", str(tmp_path / "nowhere")]) == 2


def test_settings_are_told_without_their_values() -> None:
    """By name and source."""
    app = read_application({"a.py": f"KEY = {SECRET!r}\n"})
    value = app.project.value("a.KEY")
    app.settings.append(Setting("KEY", value, Place("a.py", 1, 1), "module"))
    assert "KEY      module" in table(app, "settings")
    assert SECRET not in table(app, "settings")
