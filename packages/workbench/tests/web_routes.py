"""Small projects for the tests of the readers of web frameworks, and what was read of them."""

from textwrap import dedent

from backwright_workbench.codebase.application import read_application
from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.web import Purpose, Route


def project(**files: str) -> Application:
    """The application of files; `app__users` stands for `app/users.py`, `config_json` for `config.json`."""
    texts = {}
    for name, text in files.items():
        path = name.replace("__", "/")
        for suffix in ("yml", "json"):
            if path.endswith(f"_{suffix}"):
                path = f"{path.removesuffix(f'_{suffix}')}.{suffix}"
        path = path.replace("/init", "/__init__")
        texts[path if "." in path else f"{path}.py"] = dedent(text)
    return read_application(texts)


def route(app: Application, wanted: str) -> Route:
    """The route that is written so: `POST /users/{id}`."""
    known = {str(each): each for each in app.routes}
    assert wanted in known, sorted(known)
    return known[wanted]


def guards(app: Application, wanted: str) -> dict[str, set[str]]:
    """The guards of a route by name, with what they are for."""
    return {each.name: {str(p.value) for p in each.purposes} for each in route(app, wanted).guards}


def inputs(app: Application, wanted: str) -> set[tuple[str, str]]:
    """The parameters of a route as source and name."""
    return {(each.source, each.name) for each in route(app, wanted).parameters}


def is_known(app: Application, wanted: str) -> bool:
    """Whether a route asks who calls."""
    return bool(route(app, wanted).guarded(Purpose.AUTHENTICATION))
