"""What was taken as usual where the brief is silent, as assumptions.

What lives here: comparing what the brief said of each thing with what the thing became. What must not:
deciding anything.
"""

from backwright_workbench.brief.page import Page
from backwright_workbench.brief.roles import ADMIN
from backwright_workbench.brief.statements import Statement
from backwright_workbench.brief.things import Thing, Things


def assume_usual(page: Page, things: Things, statements: list[Statement]) -> None:
    """Note for every thing the fields, states and rights that the brief did not tell."""
    for thing in things:
        _fields(page, thing)
        _beginning(page, thing)
        if not any(statement.thing in (None, thing) for statement in statements):
            granted = ", ".join(who for who in thing.entry.access)
            usual = f"who may do what with {thing.name} is what is usual: {granted}"
            page.assume(
                f"nobody but admin handles {thing.name}" if granted == ADMIN else usual,
                "the brief tells nobody's rights on it",
                f"entities.{thing.name}.access",
                f"access: {{{granted}}}",
            )


def _fields(page: Page, thing: Thing) -> None:
    """Fields that the brief does not name, but for references that its sentences tell of."""
    names = [name for name in thing.entry.fields if name not in thing.fields and name not in thing.links]
    if not names:
        return
    listed = ", ".join(names)
    why = (
        "the brief lists other fields, and these tie it to the rest"
        if thing.exhaustive
        else "the brief leaves them open"
    )
    page.assume(
        f"{thing.name} has {listed}",
        f"{why}; they are {'usual for it' if thing.known else 'what everything has'}",
        f"entities.{thing.name}.fields",
        f"fields: {{{listed}}}",
    )


def _beginning(page: Page, thing: Thing) -> None:
    """Where rows begin, unless the brief draws the states with arrows."""
    states = thing.entry.states
    if states is not None and thing.states is None:
        first = thing.entry.fields[states.field].default
        path = f"entities.{thing.name}.states"
        if states.field in thing.fields:
            moves = ", ".join(f"{state}: [{', '.join(to)}]" for state, to in states.moves.items())
            page.assume(
                f"{thing.name} begins as {first} and moves on as its states are listed",
                "the brief lists the states and not the moves between them",
                path,
                f"states: {{{moves}}}",
            )
        else:
            page.assume(
                f"{thing.name} begins as {first}",
                "the brief says nothing of its states; these are usual",
                path,
                f"{first}: [{', '.join(states.moves.get(str(first), ()))}]",
            )
    for name, field in thing.fields.items():
        open_ = name not in thing.defaults and (states is None or states.field != name)
        if field.values and field.default and open_:
            page.assume(
                f"{thing.name}.{name} begins as {field.default}",
                "the brief lists the values and no default",
                f"entities.{thing.name}.fields.{name}",
                f"default: {field.default}",
            )
