"""The closing lines of `verify --check`: what of the evidence holds, and what does not.

What lives here: their order and words. What must not: comparing.
"""

from collections.abc import Iterator, Sequence

from backwright_workbench.verify.repeated import Answer, Repeated, proven

WORDS = {
    Answer.BROKEN: "is not what was written",
    Answer.DIFFERS: "says something else now",
    Answer.NOT_RUN: "could not be repeated here",
    Answer.STALE: "is about other files",
    Answer.MISSING: "has no record",
}
"""What stands against a record, the worst first."""


def repetition(name: str, answers: Sequence[Repeated], asked: str) -> str:
    """What contradicts, what is stale or missing, then how many were reproduced.

    A line that begins with spaces belongs to the one above it.
    """
    required = [each for each in answers if each.required]
    held = [each for each in required if each.proven]
    word = "REPRODUCED" if proven(answers) else "NOT REPRODUCED"
    lines = [f"{name}: {word}. {len(held)} of {len(required)} required records say passed, then and now."]
    for answer in WORDS:
        for each in sorted(answers, key=lambda one: (not one.required, one.check)):
            if each.answer is answer:
                lines += ["", *_told(each)]
    for each in answers:
        if each.answer is Answer.REPRODUCED and (each.notes or not each.proven):
            lines += ["", *_reproduced(each)]
    if any(each.answer in (Answer.STALE, Answer.MISSING, Answer.BROKEN) for each in required):
        lines += ["", f"New evidence: {asked}"]
    return "\n".join(lines)


def _told(answer: Repeated) -> Iterator[str]:
    mark = "✗" if answer.answer in (Answer.BROKEN, Answer.DIFFERS) else "-"
    need = "" if answer.required else " (not required)"
    yield f"{mark} {answer.check}{need}: {WORDS[answer.answer]}"
    yield from (f"  • {each}" for each in answer.reasons)
    yield from (f"    {each}" for each in answer.notes)


def _reproduced(answer: Repeated) -> Iterator[str]:
    yield f"{'✓' if answer.proven else '-'} {answer.check}: {answer.now} again"
    yield from (f"    {each}" for each in answer.notes)
