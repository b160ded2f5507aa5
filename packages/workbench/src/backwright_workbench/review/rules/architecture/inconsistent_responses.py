"""APIs whose handlers answer success and failure each in their own shape."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright_workbench.codebase.facts.application import Application
from backwright_workbench.codebase.facts.place import Place
from backwright_workbench.codebase.facts.web import Route
from backwright_workbench.review.finding import Confidence, Seen, Severity, Step
from backwright_workbench.review.replies import Reply, replies
from backwright_workbench.review.rule import About
from backwright_workbench.review.wiring import handlers

ABOUT = About("Answers have many shapes", Severity.LOW, cwe=(710,))

FEWEST = 2
FIX = (
    "agree on one shape for success and one for failures (`application/problem+json`), and let one error handler make "
    "the failures with their status code"
)


@dataclass(slots=True)
class Signs:
    """What speaks for a mix, with the answers that show it."""

    points: int = 0
    what: list[str] = field(default_factory=list)
    shown: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, points: int, what: str, found: list[tuple[Place, Reply]]) -> None:
        """Takes a sign in."""
        self.points += points
        self.what.append(what)
        self.shown += [(place, what) for place, _ in found[:3]]


def find(app: Application) -> Iterator[Seen]:
    """One finding for an application in which several signs come together."""
    found: list[tuple[Route, Place, Reply]] = []
    for handler, route in handlers(app).items():
        if not {"QUERY", "MUTATION", "WEBSOCKET"} & set(route.methods):
            found += [(route, handler.at(reply.node), reply) for reply in replies(app, handler)]
    answers = [(place, reply) for _, place, reply in found if reply.shape != "page"]
    pages = len(found) - len(answers)
    if len(answers) < FEWEST or pages > len(answers):
        return
    signs = _signs(answers)
    if signs.points >= FEWEST and signs.shown:
        place, _ = signs.shown[0]
        yield Seen(
            place,
            f"the handlers of this API do not answer alike: {'; '.join(signs.what)}. Callers must know each of them",
            Confidence.MEDIUM,
            fix=FIX,
            also=tuple(Step(each, what) for each, what in signs.shown[1:8]),
            about="the API",
        )


def _signs(answers: list[tuple[Place, Reply]]) -> Signs:
    signs = Signs()
    failures = [(place, each) for place, each in answers if each.is_failure]
    told = [(place, each) for place, each in failures if each.status is None or each.status < 300]
    if len(told) > 1:
        signs.add(2, f"{len(told)} failures are answered with the status of a success", told)
    raised = [
        (place, each) for place, each in answers if each.shape == "raised" and 200 <= (each.status or 0) < 300
    ]
    if raised:
        signs.add(2, f"{len(raised)} successes are raised as errors", raised)
    sets = [(place, each) for place, each in answers if each.shape == "set"]
    if sets:
        signs.add(2, f"{len(sets)} answers are sets, which become lists in any order", sets)
    keys: dict[str, list[tuple[Place, Reply]]] = {}
    for place, each in failures:
        keys.setdefault(each.key or each.shape, []).append((place, each))
    if len(keys) > 1 and len({place.path for place, _ in failures}) + len(failures) > 3:
        names = ", ".join(f"`{name}`" for name in sorted(keys))
        signs.add(len(keys) - 1, f"failures are told under {names}", [each[0] for each in keys.values()])
    words: dict[str, list[tuple[Place, Reply]]] = {}
    for place, each in answers:
        if each.key in ("message", "msg", "info"):
            words.setdefault(each.key, []).append((place, each))
    if len(words) > 1 and len(keys) < 2:
        signs.add(
            1,
            "what happened is told under " + ", ".join(f"`{name}`" for name in sorted(words)),
            words.popitem()[1],
        )
    odd = [(place, each) for place, each in answers if any(name != name.strip(" :") for name in each.keys)]
    if odd:
        signs.add(1, "names of fields end in a colon or space", odd)
    texts = [(place, each) for place, each in answers if each.shape == "text"]
    made = [(place, each) for place, each in answers if each.shape == "written"]
    objects = [each for _, each in answers if each.shape == "object"]
    if len(texts) > 1 and len(objects) > 1:
        signs.add(1, f"{len(texts)} answers are bare texts, {len(objects)} are objects", texts)
    if len(made) > 1 and len(objects) > 1:
        signs.add(1, f"{len(made)} answers are JSON that was put together by hand", made)
    return signs
