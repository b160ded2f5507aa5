"""How the page of a review looks, and its filters, which need no script.

What lives here: what its style has beyond that of `verify`'s page. What must not: what the page says.
"""

import re
from collections.abc import Sequence

from backwright_workbench.reports.verification.page.html import Html, tag
from backwright_workbench.reports.verification.page.style import STYLE
from backwright_workbench.review.finding import Severity

OWN = """\
.finding{border-left-color:var(--soft);min-width:0}
.finding h3{flex-wrap:wrap}.finding .rule{color:var(--soft);font-weight:400}
.finding p b{color:var(--soft);font-weight:600}
.finding .place{margin-top:.5em}
.severity{padding:1px 9px;border-radius:99px;font-size:.78rem;font-weight:650;color:var(--card);
 background:var(--soft)}
.severity.critical{background:#8f1d5c}.severity.high{background:var(--fail)}
.severity.medium{background:var(--open)}.severity.low{background:var(--a)}
@media (prefers-color-scheme:dark){.severity{color:#121518}.severity.critical{background:#ff8fce}}
.s-critical{border-left-color:#b8327d}.s-high{border-left-color:var(--fail)}
.s-medium{border-left-color:var(--open)}.s-low{border-left-color:var(--a)}
.code{margin:.5em 0;padding:10px 0;background:var(--sunk);border-radius:8px;overflow-x:auto;white-space:pre}
.code .line{display:block;padding:0 14px 0 0}
.code .line i{display:inline-block;width:3.6em;margin-right:1em;text-align:right;color:var(--soft);font-style:normal;
 user-select:none}
.code .meant{background:color-mix(in srgb,var(--fail) 11%,transparent)}
.steps{margin:.5em 0;padding-left:1.5em}
.filters{display:flex;flex-wrap:wrap;gap:8px 10px;margin:0 0 18px;align-items:center;font-size:.88rem}
.filters label{display:inline-flex;gap:6px;align-items:center;padding:4px 12px;border:1px solid var(--line);
 border-radius:99px;background:var(--card);cursor:pointer}
.filters .gap{flex-basis:100%;height:0}
.empty{padding:18px 20px;border:1px dashed var(--line);border-radius:12px}
@media print{.filters{display:none}.code{white-space:pre-wrap}}
"""


def style(families: Sequence[str]) -> str:
    """The style sheet; what is not ticked is not shown."""
    names = [*(f"s-{each}" for each in Severity), *(f"f-{name_of(each)}" for each in families)]
    hidden = "\n".join(f"main:has(#show-{each}:not(:checked)) .{each}{{display:none}}" for each in names)
    return f"{STYLE}{OWN}{hidden}\n"


def filters(severities: Sequence[str], families: Sequence[str]) -> Html:
    """A box to tick for each severity and family that there is."""
    boxes = [_box(f"s-{each}", each) for each in severities]
    if len(families) > 1:
        boxes += [tag("span", class_="gap"), *(_box(f"f-{name_of(each)}", each) for each in families)]
    return tag("div", boxes, class_="filters", role="group", aria_label="What is shown")


def name_of(family: str) -> str:
    """A family as part of a class: those of rules of one's own may be called anything."""
    return re.sub(r"[^a-z0-9-]", "-", family.lower())


def _box(name: str, said: str) -> Html:
    return tag(
        "label", tag("input", type="checkbox", id=f"show-{name}", checked=True, autocomplete="off"), said
    )
