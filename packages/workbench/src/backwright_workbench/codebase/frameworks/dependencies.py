"""What a project says that it depends on, from the files of every packaging tool.

What lives here: distributions with what is said of their version. What must not: what is installed.
"""

import configparser
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backwright_workbench.codebase.facts import syntax as s
from backwright_workbench.codebase.facts.application import Application

REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:\(?([^;#)]*)\)?)?")
LISTED = re.compile(
    r"(?:^|/)(?:[^/]*requirements?[^/]*\.(?:txt|in|pip)|requirements?/[^/]+\.(?:txt|in|pip))$", re.I
)
EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")
REPOSITORY = re.compile(r"/([A-Za-z0-9._-]+?)(?:\.git)?(?:@[^/]*)?/?$")
SKIPPED = frozenset({"node_modules", "site-packages", "vendor", ".venv", "venv"})


def declared(files: Mapping[str, str]) -> dict[str, str]:
    """Distributions (lower case, hyphens) with what is said of the version, of all such files of the project."""
    found: dict[str, str] = {}
    for path, text in files.items():
        if SKIPPED & set(path.split("/")):
            continue
        try:
            said = list(_of_file(path, text))
        except (ValueError, TypeError, AttributeError, RecursionError, configparser.Error):
            continue
        for name, version in said:
            known = re.sub(r"[-_.]+", "-", name).lower()
            if known and known != "python" and (version or known not in found):
                found[known] = version
    return found


def read(app: Application) -> None:
    """Adds what only `setup.py` says, which needs the syntax of the project."""
    for module in app.project.modules.values():
        if module.path.rpartition("/")[2] != "setup.py":
            continue
        for call in s.calls_in(*module.body):
            if call.name == "setup":
                for keyword in ("install_requires", "extras_require", "tests_require"):
                    for text in _texts(app, call.keyword(keyword)):
                        for name, version in _requirements([text]):
                            app.dependencies.setdefault(name.lower().replace("_", "-"), version)


def _texts(app: Application, node: s.Node | None) -> Iterator[str]:
    if isinstance(node, s.Name) and node.refers:
        node = app.project.value(node.refers)
    inner = node.values if isinstance(node, s.Pairs) else [node] if node is not None else []
    for each in s.walk(*inner):
        text = s.text_of(each)
        if text:
            yield text


def _of_file(path: str, text: str) -> Iterator[tuple[str, str]]:
    name = path.rpartition("/")[2]
    if LISTED.search(path):
        yield from _requirements(text.splitlines())
    elif name == "pyproject.toml":
        yield from _pyproject(tomllib.loads(text))
    elif name == "Pipfile":
        data = tomllib.loads(text)
        for table in ("packages", "dev-packages"):
            yield from _versions(data.get(table))
    elif name == "setup.cfg":
        yield from _setup_cfg(text)
    elif name in ("environment.yml", "environment.yaml"):
        lines = re.findall(r"^\s*-\s+([A-Za-z0-9][^\s:]*)\s*$", text, re.M)
        yield from _requirements(re.sub(r"(?<![=<>!~])=(?!=)", "==", line) for line in lines)


def _requirements(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        line = line.strip().lstrip("\ufeff")
        if (
            line.startswith(("-e ", "--editable", "git+", "http:", "https:"))
            or "://" in line.partition("#")[0].partition("@")[0]
        ):
            found = EGG.search(line) or REPOSITORY.search(line.partition("#")[0].rstrip())
            if found:
                yield found.group(1), ""
        elif line and not line.startswith(("#", "-")):
            matched = REQUIREMENT.match(line)
            if matched:
                yield (
                    matched.group(1),
                    (matched.group(2) or "").partition(" #")[0].partition("--hash")[0].strip(" \\"),
                )


def _pyproject(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    project = data.get("project") or {}
    yield from _requirements(project.get("dependencies") or ())
    for group in [
        *(project.get("optional-dependencies") or {}).values(),
        *data.get("dependency-groups", {}).values(),
    ]:
        yield from _requirements(each for each in group if isinstance(each, str))
    tool = data.get("tool") or {}
    poetry = tool.get("poetry") or {}
    yield from _versions(poetry.get("dependencies"))
    yield from _versions(poetry.get("dev-dependencies"))
    for group in (poetry.get("group") or {}).values():
        yield from _versions(group.get("dependencies"))
    yield from _requirements((tool.get("uv") or {}).get("dev-dependencies") or ())
    for group in ((tool.get("pdm") or {}).get("dev-dependencies") or {}).values():
        yield from _requirements(group)
    for environment in ((tool.get("hatch") or {}).get("envs") or {}).values():
        yield from _requirements(environment.get("dependencies") or ())


def _versions(table: object) -> Iterator[tuple[str, str]]:
    for name, said in (table if isinstance(table, dict) else {}).items():
        yield (
            str(name),
            said if isinstance(said, str) else str(said.get("version", "")) if isinstance(said, dict) else "",
        )


def _setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read_string(text)
    if config.has_section("options"):
        for key in ("install_requires", "tests_require"):
            yield from _requirements(config.get("options", key, fallback="").splitlines())
    if config.has_section("options.extras_require"):
        for _, value in config.items("options.extras_require"):
            yield from _requirements(value.splitlines())
