"""A flow as something that a rule saw.

What lives here: the form that all rules about flows share. What must not: which flows matter.
"""

from backwright_workbench.codebase.flow import Flow
from backwright_workbench.review.finding import Confidence, Seen, Step


def seen(flow: Flow, message: str, fix: str, confidence: Confidence = Confidence.HIGH) -> Seen:
    """A flow with its way; `message` says what happens."""
    steps = tuple(Step(each.place, each.what) for each in flow.steps)
    return Seen(flow.place, message, confidence, fix=fix, steps=steps)


def led(flow: Flow) -> str:
    """The name of what is put in: of the last key or attribute."""
    return next((each for each in reversed(flow.path) if each != "[]"), "")
