"""Small projects, and what they ask of a database, in few words."""

from textwrap import dedent

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.data import Query


def application(text: str, **more: str) -> Application:
    """A package `app` with `main.py` and other modules."""
    files = {f"app/{name}.py": dedent(body) for name, body in more.items()}
    return read_application({"app/__init__.py": "", **files, "app/main.py": dedent(text)})


def queries(text: str, **more: str) -> list[Query]:
    """What `app/main.py` asks."""
    return [each for each in application(text, **more).queries if each.place.path == "app/main.py"]


def told(query: Query) -> str:
    """`select Post(author_id) by created limited many`."""
    words = [query.kind, ",".join(short(each) for each in query.models)]
    words[1] += f"({','.join(short(each) for each in query.filters)})" if query.filters else ""
    words += [f"by {','.join(short(each) for each in query.orders)}"] if query.orders else []
    words += [f"with {','.join(short(each) for each in query.eager)}"] if query.eager else []
    words += [key for key in ("limited", "many", "is_built", "in_loop", "is_async") if getattr(query, key)]
    return " ".join(each for each in words if each)


def short(name: str) -> str:
    """The last part."""
    return name.rpartition(".")[2]


def asked(text: str, **more: str) -> list[str]:
    """What `app/main.py` asks, in words; commits left out."""
    return [told(each) for each in queries(text, **more) if each.kind != "commit"]
