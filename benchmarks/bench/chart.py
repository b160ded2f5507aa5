"""The four operations as bars: one SVG that stands alone and reads in light and dark."""

from collections.abc import Iterator
from html import escape
from typing import Any, Final

from bench.operations import HEADLINE

WIDTH: Final = 860
LABEL: Final = 330
ROW: Final = 22
HEAD: Final = 34
_STYLE: Final = """
text { font: 12px system-ui, sans-serif; fill: #24292f; }
.title { font-weight: 600; font-size: 14px; }
.app { fill: #8c959f; } .ours { fill: #1f6feb; } .database { fill: #d0d7de; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .app { fill: #6e7681; } .database { fill: #30363d; }
}
"""


def draw(found: dict[str, Any]) -> str:
    """Processor time for each request, application and database, by operation."""
    parts: list[str] = []
    y = 48
    for operation in (name for name in HEADLINE if name in found["operations"]):
        measured = [each for each in found["systems"] if operation in each["figures"]]
        parts.append(
            f'<text class="title" x="0" y="{y + 16}">{escape(found["operations"][operation])}</text>'
        )
        y += HEAD
        largest = max((sum(_costs(each, operation)) for each in measured), default=1.0)
        for each in found["systems"]:
            parts += _bar(each, operation, y, (WIDTH - LABEL - 150) / largest)
            y += ROW
        y += 14
    head = "CPU of the application and, lighter, of PostgreSQL: µs a request (less is better)"
    quick = " — a quick run, rough figures" if found["plan"]["quick"] else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{escape(head)}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<text class="title" x="0" y="16">{escape(head + quick)}</text>\n'
        f'<text x="0" y="34">{escape(_about(found))}</text>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _about(found: dict[str, Any]) -> str:
    plan = found["plan"]
    return f"{found['at'][:10]}, commit {found['commit']}, {plan['work_orders']:,} work orders, {plan['rounds']} rounds"


def _costs(each: dict[str, Any], operation: str) -> tuple[float, float]:
    figures = each["figures"][operation]
    return figures["cpu_us"], figures["pg_cpu_us"] or 0.0


def _bar(each: dict[str, Any], operation: str, y: int, scale: float) -> Iterator[str]:
    name = f"{each['title']} on {'SQLite' if each['engine'] == 'sqlite' else 'PostgreSQL'}"
    yield f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
    if operation not in each["figures"]:
        yield f'<text x="{LABEL}" y="{y + 13}">not run</text>'
        return
    app, database = _costs(each, operation)
    kind = "ours" if each["name"].startswith("backwright") else "app"
    yield f'<rect class="{kind}" x="{LABEL}" y="{y + 2}" width="{app * scale:.1f}" height="{ROW - 7}"/>'
    if database:
        x = LABEL + app * scale
        yield f'<rect class="database" x="{x:.1f}" y="{y + 2}" width="{database * scale:.1f}" height="{ROW - 7}"/>'
    written = f"{app:.0f} + {database:.0f}" if database else f"{app:.0f}"
    yield f'<text x="{LABEL + (app + database) * scale + 6:.1f}" y="{y + 13}">{written}</text>'
