"""Who got what: the answers that every role was given.

What lives here: the access matrix as a table. What must not: judging, or asking.
"""

from backwright_workbench.reports.verification.page.html import Html, tag
from backwright_workbench.reports.verification.page.parts import (
    FAILED,
    OPEN,
    PASSED,
    icon,
    not_measured,
    row,
    section,
    source,
    table,
)
from backwright_workbench.reports.verification.page.reading import Row, data_of, mapping, names, rows, words
from backwright_workbench.verify.verdict import Verification

MATRIX = "access/matrix"
MOST_ROWS = 300
MOST_ROLES = 24


def access(verification: Verification) -> Html:
    """Who got what: a row for each operation, a column for each role."""
    data = data_of(verification, MATRIX)
    roles, found = names(data, "roles")[:MOST_ROLES], rows(data, "rows")
    if not roles or not found:
        return section("access", "Access matrix", not_measured(verification, MATRIX))
    body = [_answers(each, roles) for each in found[:MOST_ROWS]]
    lead = (
        "What each role was answered, on its own rows and on those of others. A tick lets in, a dash refuses; "
        "a cross is not what the rules say."
    )
    head = ("Operation", "Row", *roles)
    left = len(found) - MOST_ROWS
    more = tag("p", f"… and {left} more in the record.", class_="muted") if left > 0 else None
    return section(
        "access",
        "Access matrix",
        table(head, body, label="Access matrix", kind="tall matrix"),
        more,
        source(verification, MATRIX),
        lead=lead,
    )


def _answers(found: Row, roles: list[str]) -> Html:
    expected, answers = mapping(found, "expected"), mapping(found, "answers")
    cells = []
    for role in roles:
        said, meant = words(answers, role, 12), words(expected, role, 12)
        if said and meant and said != meant:
            cells.append(tag("span", icon(FAILED), f"{said}, not {meant}", class_="state failed"))
        elif said:
            kind = PASSED if said[:1] in "123" else OPEN
            cells.append(tag("span", icon(kind), said, class_=f"cell {kind}"))
        else:
            cells.append(tag("span", "-", class_="muted"))
    return row(tag("code", words(found, "operation")), words(found, "whose", 30), *cells)
