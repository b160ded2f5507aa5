"""The command line: what it takes, what it prints where, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from backwright_workbench import __version__
from backwright_workbench.cli.verbs import run

ROOT = Path(__file__).parents[4]
BLUEPRINT = ROOT / "examples/work-orders/blueprint.yaml"


def backwright(*arguments: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own."""
    program = "from backwright_workbench.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120
    )


def test_the_version_is_that_of_the_package() -> None:
    """One line on standard output."""
    done = backwright("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"backwright {__version__}\n", "")


def test_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """In the words of the glossary; a verb added without a word here shows up as a failure."""
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    verbs = shown.partition("verbs:")[2].splitlines()
    listed = [line.split()[0] for line in verbs if line.startswith("    ") and line[4] not in " V"]
    assert sorted(listed) == [
        "access",
        "audit",
        "blueprint",
        "dev",
        "draft",
        "format",
        "implement",
        "inspect",
        "keys",
        "new",
        "review",
        "schema",
        "verify",
    ]


@pytest.mark.parametrize(
    "verb",
    [
        "access",
        "audit",
        "blueprint",
        "dev",
        "draft",
        "format",
        "implement",
        "inspect",
        "keys",
        "new",
        "review",
        "schema",
    ],
)
def test_every_verb_tells_its_options(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what it is for."""
    assert run([verb, "--help"]) == 0
    assert f"usage: backwright {verb} " in capsys.readouterr().out


def test_starting_loads_nothing_that_only_a_verb_needs() -> None:
    """The command answers at once because engines are imported by the verb that uses them."""
    heavy = (
        "rich",
        "libcst",
        "sqlalchemy",
        "fastapi",
        "pydantic",
        "ruamel",
        "jinja2",
        "asyncio",
        "attr",
    )
    program = (
        f"import sys; import backwright_workbench.cli.verbs; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "bogus"),
        (["implement"], "BRIEF"),
        (["implement", "brief.md"], "--into"),
        (["dev", "--port", "abc"], "--port"),
        (["schema", "--wrong"], "--wrong"),
        (["access", "here", "there"], "backwright access [DIR]"),
        (["access", "explain", "here", "GET", "/users"], "--role ROLE"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(arguments: list[str], said: str) -> None:
    """Exit code 2, a message on standard error that names the word at fault, no traceback."""
    done = backwright(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "--help" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_failing_verb_says_what_where_why_and_next(tmp_path: Path) -> None:
    """On standard error, with the exit code of who must act."""
    done = backwright("draft", str(tmp_path / "absent.md"))
    assert done.returncode == 2
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines()[-4:]] == [
        "error", "where", "why", "next",
    ]  # fmt: skip


def test_json_events_come_one_per_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line is an object that names its event; an error is one too, with its parts apart."""
    assert run(["draft", str(tmp_path / "absent.md"), "--json"]) == 2
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["event"] for each in events] == ["step_started", "error"]
    assert events[1]["what"] == "the brief cannot be read"
    assert events[1]["next_step"] == "check the path"


def test_the_schema_goes_to_standard_output_alone() -> None:
    """So that it can be piped into a file or another program."""
    done = backwright("schema")
    assert json.loads(done.stdout)["$schema"].endswith("2020-12/schema")
    assert done.stderr == ""


def test_formatting_makes_a_blueprint_canonical(tmp_path: Path) -> None:
    """`--check` only tells; without it the file is written; the second time there is nothing to do."""
    place = tmp_path / "blueprint.yaml"
    canonical = BLUEPRINT.read_text()
    place.write_text(canonical.replace("limits: {requests: 100/minute}", "limits:\n    requests: 100/minute"))
    changed = place.read_text()
    assert changed != canonical
    assert backwright("format", str(place), "--check").returncode == 1
    assert place.read_text() == changed
    assert backwright("format", str(place)).returncode == 0
    assert place.read_text() == canonical
    assert backwright("format", str(place), "--check").returncode == 0


def test_formatting_refuses_a_wrong_blueprint_with_every_problem(tmp_path: Path) -> None:
    """Each with line and column; the file stays as it is."""
    place = tmp_path / "blueprint.yaml"
    place.write_text("backwright: 1\nservise: x\n")
    done = backwright("format", str(place))
    assert done.returncode == 2
    assert "blueprint.yaml:2:1" in done.stderr
    assert "service" in done.stderr
    assert place.read_text() == "backwright: 1\nservise: x\n"
