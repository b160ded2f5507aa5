"""Tables that are made by the application as it starts, so that they can never change."""

from collections.abc import Iterator

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application, Standing
from backwright_workbench.codebase.facts.code import Role
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.review.finding import Confidence, Seen, Severity
from backwright_workbench.review.rule import About

ABOUT = About("The schema has no migrations", Severity.MEDIUM, cwe=(1059,))

TOOLS = ("alembic", "flask-migrate", "yoyo-migrations", "aerich", "peewee-migrate", "piccolo", "sqlalchemy-migrate",
         "advanced-alchemy")  # fmt: skip
MAKERS = frozenset(["create_all", "create_tables", "generate_schemas"])
FIX = "take in Alembic (`alembic revision --autogenerate`), and let the release run `alembic upgrade head`"


def find(app: Application) -> Iterator[Seen]:
    """`create_all` and `CREATE TABLE` in the code where no tool keeps the schema's history."""
    if app.migrations or app.imports(*TOOLS) or _has_folder(app):
        return
    django = [each for each in app.models.values() if each.orm == "django" and not each.is_abstract]
    if django:
        yield _seen(
            django[0].place,
            f"the {len(django)} models have no migrations in the repository",
            Confidence.MEDIUM,
        )
        return
    for place, what in _made(app):
        tables = f" ({len(app.models)} tables)" if app.models else ""
        yield _seen(place, f"the schema{tables} is made by {what}", Confidence.HIGH)
        return


def _made(app: Application) -> Iterator[tuple[Place, str]]:
    for standing in _calls(app):
        call = standing.node
        if call.name in MAKERS and isinstance(call.callee, s.Attribute):
            yield standing.place, f"`{s.written(call.callee)}` as the application starts"
        elif call.name in ("execute", "executescript") and call.args:
            text = (s.text_of(call.args[0]) or "").upper()
            if "CREATE TABLE" in text:
                yield standing.place, "`CREATE TABLE` in the code"
        elif call.name == "run_sync" and call.args and s.last_name(call.args[0]) in MAKERS:
            yield standing.place, f"`{s.written(call.args[0])}` as the application starts"


def _calls(app: Application) -> Iterator[Standing[s.Call]]:
    """Those of the application first; scripts and seeds make tables too."""
    yield from app.nodes(s.Call)
    for module in app.modules(Role.SEED, Role.SCRIPT):
        for function in [None, *module.everything]:
            for node in s.walk(*(module.body if function is None else function.body)):
                if isinstance(node, s.Call):
                    yield Standing(module, function, node)


def _has_folder(app: Application) -> bool:
    migrates = any(module.role is Role.MIGRATION for module in app.project.modules.values())
    return migrates or any(path.endswith("alembic.ini") for path in app.files)


def _seen(place: Place, message: str, confidence: Confidence) -> Seen:
    return Seen(
        place,
        f"{message}: a table that exists is never changed, so the next column needs hands on the production database",
        confidence,
        fix=FIX,
        about="app",
    )
