"""operations/documents: what the documents tell people to do works."""

from pathlib import Path

import pytest
from backwright_workbench.verify.checks.operations import markdown
from backwright_workbench.verify.checks.operations.document_commands import Command, parts, understood
from backwright_workbench.verify.checks.operations.documents import (
    WANTED,
    link_faults,
    missing_faults,
    word_faults,
)
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed, planted

DOCUMENTS = "operations/documents"
RUNBOOK = "docs/runbook.md"
DOCUMENT = {"paths": {"/assets/{asset_id}": {"get": {}}}}

WRONG = {
    "dead-link": ("See [setup](setup.md).", "the link to setup.md leads nowhere"),
    "dead-image": ("![plan](plan.png)", "the link to plan.png leads nowhere"),
    "dead-reference": ("[plan]: plan.md", "the link to plan.md leads nowhere"),
    "link-out-of-the-project": ("See [it](../../secrets.md).", "leads nowhere"),
    "dead-anchor": ("See [there](#elsewhere).", "there is no heading for #elsewhere"),
    "dead-anchor-elsewhere": ("See [there](README.md#elsewhere).", "there is no heading for #elsewhere"),
    "no-such-route": ("Ask `GET /assets/{id}/parts`.", "the API has no GET /assets/{id}/parts"),
    "other-method": ("Ask `DELETE /assets/{id}`.", "the API has no DELETE /assets/{id}"),
    "no-such-setting": ("Set `RATE_LIMITS=5/minute`.", "there is no setting RATE_LIMITS"),
    "no-such-file": ("Look into `src/shop/wiring.py`.", "there is no src/shop/wiring.py"),
}
RIGHT = (
    "See [it](README.md#run-it), [here](#find-it), <https://example.com> and [out](https://example.com/x#y).\n"
    "Ask `GET /assets/{id}` or `GET /health/live`; set `RATE_LIMIT=5/minute`, `SECRET_KEY_FILE`; `[a](b.md)` is code.\n"
)


def said(folder: Path, text: str) -> list[str]:
    (folder / "README.md").write_text("# Run it\n")
    page = f"# Find it\n\n{text}\n"
    (folder / "page.md").write_text(page)
    pages = {name: markdown.read((folder / name).read_text()) for name in ("README.md", "page.md")}
    settings = {"RATE_LIMIT": "", "SECRET_KEY": ""}
    found = [
        *link_faults(folder, "page.md", pages["page.md"], pages),
        *word_faults(folder, "page.md", pages["page.md"], settings, DOCUMENT),
    ]
    assert all(each.place.startswith("page.md:") for each in found)
    return [each.what for each in found]


@pytest.mark.parametrize(("text", "what"), WRONG.values(), ids=WRONG)
def test_what_leads_nowhere_is_found(text: str, what: str, tmp_path: Path) -> None:
    """Links, anchors, routes, settings and files."""
    found = said(tmp_path, text)
    assert len(found) == 1
    assert what in found[0]


def test_what_is_there_is_right(tmp_path: Path) -> None:
    """The world outside is not asked, and what is only shown as code is no link."""
    assert said(tmp_path, RIGHT) == []


def test_a_stub_is_found(tmp_path: Path) -> None:
    """A heading alone, a part that is still to be written, and no document at all."""
    full = "word " * 40
    for name, text in zip(WANTED, (full, f"{full} TODO", "# Title", full), strict=False):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    pages = {name: markdown.read((tmp_path / name).read_text()) for name in list(WANTED)[:4]}
    assert [(each.place, each.what) for each in missing_faults(tmp_path, pages)] == [
        ("docs/runbook.md", "a part of it is not written (TODO)"),
        ("docs/backend-architecture.md", "it says next to nothing (0 words)"),
        ("docs/backend-testing.md", "it is not there"),
    ]


def test_commands_are_read_as_a_shell_does() -> None:
    """Prompts and comments go, lines that go on are joined, and code in a line may run over its end."""
    page = markdown.read(
        "```console\n$ a --b \\\n    --c   # why\nprinted\n```\n\n```python\nx = 1\n```\nRun `python -m shop\nx y`.\n"
    )
    assert [(each.text, each.line) for each in page.commands] == [("a --b --c", 2)]
    assert [(each.text, each.line) for each in page.words] == [("python -m shop x y", 10)]
    assert parts("a 'x && y' && b | c; d") == ["a 'x && y'", "b", "c", "d"]
    assert understood("LOG_LEVEL=DEBUG uv run python -m shop openapi > docs/api.yaml", "shop") == Command(
        "service", ("openapi",)
    )
    assert understood("curl -fsS http://localhost:8000/x", "shop").kind == "curl"
    assert understood("docker compose up", "shop").kind == "needs Docker"


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """Its commands were run, and those that were not are told with the reason."""
    evidence = checked(good, DOCUMENTS, tmp_path)
    assert passed(evidence)
    assert "not run: `docker compose up --build` needs Docker" in evidence.notes


@pytest.mark.slow
def test_a_runbook_that_is_wrong_fails(good: Opened, tmp_path: Path) -> None:
    """A command that there is not, an address that nobody answers, and a command in a sentence."""
    edits = {
        RUNBOOK: ("python -m work_orders audit verify   #", "python -m work_orders audit check   #"),
        "README.md": ("", "\n```sh\ncurl -fsS http://localhost:8000/healthz\n```\n"),
        "docs/backend-setup.md": (
            "`python -m work_orders config explain`",
            "`python -m work_orders settings`",
        ),
    }
    with planted(good, tmp_path, edits) as opened:
        found = faults(checked(opened, DOCUMENTS, tmp_path))
    assert f"{RUNBOOK}:54: `python -m work_orders audit check` does not work" in found
    assert "`curl -fsS http://localhost:8000/healthz` does not work: /healthz answers 404" in found
    assert "`python -m work_orders settings` does not work" in found
