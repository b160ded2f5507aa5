"""What a project depends on is read from every packaging tool's file."""

from backwright_workbench.codebase.application import read_application


def declared(**files: str) -> dict[str, str]:
    return read_application(
        {path.replace("__", "/").replace("_DOT_", "."): text for path, text in files.items()}
    ).dependencies


def test_requirements_keep_versions_and_lose_extras_comments_and_markers() -> None:
    """One line, one distribution."""
    text = "Flask[async]==2.3 ; python_version>'3.8'\n# no\n-r base.txt\nSQLAlchemy >= 2 # why\ngit+https://x.org/a/sentry.git@v1\n"
    found = declared(requirements_DOT_txt=text)
    assert found == {"flask": "==2.3", "sqlalchemy": ">= 2", "sentry": ""}


def test_pyproject_of_pep_621_poetry_and_groups() -> None:
    """All tables that hold dependencies."""
    text = """
[project]
dependencies = ["fastapi>=0.100", "httpx"]
[project.optional-dependencies]
db = ["asyncpg"]
[dependency-groups]
dev = ["pytest", {include-group = "db"}]
[tool.poetry.dependencies]
python = "^3.11"
Django = "^4.2"
celery = {version = "^5", extras = ["redis"]}
[tool.poetry.group.dev.dependencies]
black = "*"
"""
    found = declared(pyproject_DOT_toml=text)
    assert set(found) == {"fastapi", "httpx", "asyncpg", "pytest", "django", "celery", "black"}
    assert found["celery"] == "^5"


def test_setup_files_and_pipfile() -> None:
    """Older ways."""
    setup = """
from setuptools import setup
REQ = ['peewee>3']
setup(install_requires=REQ, extras_require={'x': ['tortoise-orm']})
"""
    found = declared(
        setup_DOT_py=setup,
        setup_DOT_cfg="[options]\ninstall_requires =\n    requests>=2\n",
        Pipfile='[packages]\nflask = "*"\n',
    )
    assert set(found) == {"peewee", "tortoise-orm", "requests", "flask"}


def test_broken_files_say_nothing() -> None:
    """They are no reason to stop."""
    assert (
        declared(
            pyproject_DOT_toml="[[[", setup_DOT_cfg="x", Pipfile="=", requirements_DOT_txt="=== \n;;\n\x00"
        )
        == {}
    )
