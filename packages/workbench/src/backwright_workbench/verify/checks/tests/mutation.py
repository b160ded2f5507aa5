"""Tests fail when the code does something else: a sample of small changes, of which each has to be noticed.

Red: a change of a rule, a move or a model that no test notices.
"""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.outcome import Fault, Figure, NotRun, Outcome, judged
from backwright_workbench.verify.subject import Subject
from backwright_workbench.verify.suites.mutants import CRITICAL, Kind, Mutant, mutants_of
from backwright_workbench.verify.suites.run import Suite, run_suite, seed_of, suite_of
from backwright_workbench.verify.suites.sources import holds_business, python_files

FEW, MANY = 6, 40
LEAST = 85.0
"""Percent of a large sample that have to be noticed."""

SIDE_BY_SIDE = 2

CHECK = Check(
    title="Tests notice when the code does something else",
    needs=frozenset({Need.SOURCE, Need.SERVICE}),
    proves=("Mutation",),
    engine_bound=True,
    after="tests/suite",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """A change, and the test that noticed it; empty: none did."""

    mutant: Mutant
    by: str


def run(subject: Subject) -> Outcome:
    """Makes each change of the sample in a copy of its own, and runs the tests until one fails."""
    suite = suite_of(subject)
    if suite.failing or suite.status is None or not suite.results:
        raise NotRun("the suite fails on the code as it is", "see tests/suite")
    sample = chosen(mutants_in(subject.files()), MANY if subject.full else FEW, seed_of(subject.files()))
    if not sample:
        raise NotRun("there is nothing to change: no rules, moves or models were found")
    tried: list[Tried] = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for each in pool.map(lambda mutant: attempt(subject, mutant, suite), sample):
            tried.append(each)
            subject.say(f"{len(tried)} of {len(sample)} changes")
    return outcome(subject, tried)


def mutants_in(root: Path) -> list[Mutant]:
    """Every change that can be made in the service."""
    return [
        mutant
        for path in python_files(root)
        if path.startswith("src/") and holds_business(path)
        for mutant in mutants_of(path, (root / path).read_bytes())
    ]


def chosen(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """A sample that takes from each kind in turn: the same one for the same files."""
    chance = random.Random(seed)
    kinds = []
    for kind in Kind:
        those = [each for each in mutants if each.kind is kind]
        chance.shuffle(those)
        kinds.append(those)
    return [each for turn in zip_longest(*kinds) for each in turn if each is not None][:count]


def attempt(subject: Subject, mutant: Mutant, suite: Suite) -> Tried:
    """Whether a test notices the change; all of them get to see it if none does."""

    def edit(copy: Path) -> None:
        place = copy / mutant.file
        place.write_bytes(mutant.edit.of(place.read_bytes()))

    first = likely(mutant, suite)
    seen = run_suite(subject, "-x", edit=edit, first=first, patience=max(60.0, 4 * suite.seconds))
    if seen.failing:
        return Tried(mutant, seen.failing[0].node)
    if seen.timed_out:
        return Tried(mutant, "the time limit")
    if seen.status != 0 or any(outcome == "failed" for _, outcome, _ in seen.unread):
        return Tried(mutant, "it does not start")
    return Tried(mutant, "")


def likely(mutant: Mutant, suite: Suite) -> list[str]:
    """Every test, those first that run the line or whose name tells that they are about it; quick ones first."""
    ran = set(suite.measured.contexts.get(mutant.file, {}).get(mutant.line, ())) if mutant.function else set()
    area = mutant.area
    address = area.replace("_", "-")
    words = {
        Kind.ACCESS: ("access", "right", "permission", "role"),
        Kind.FIELDS: ("field", "filter", "sort", "contract"),
        Kind.MODELS: ("migration", "model", "wrong", "same", "committed"),
        Kind.MOVES: ("transition", "move", "action", "status", "state"),
        Kind.RULES: (area,),
        Kind.WIRING: ("every_route", "accounts", "role", "document"),
    }[mutant.kind]

    def rank(node: str) -> int:
        about = f"/{address}" in node or f"/{area}/" in node
        named = any(word in node for word in words)
        return -(4 * (node in ran) + 2 * named + about)

    return [each.node for each in sorted(suite.results, key=lambda each: (rank(each.node), each.seconds))]


def outcome(subject: Subject, tried: Sequence[Tried]) -> Outcome:
    """What was noticed, and each change that was not."""
    survived = [each for each in tried if not each.by]
    score = round(100 * (len(tried) - len(survived)) / len(tried), 1)
    below = not subject.full or score < LEAST
    faults, notes = [], []
    for each in survived:
        if below or each.mutant.kind in CRITICAL:
            faults.append(unnoticed(each.mutant))
        else:
            notes.append(f"{each.mutant.place}: no test fails when {each.mutant.change}")
    late = sum(each.by == "the time limit" for each in tried)
    if late:
        notes.append(f"{late} changes made the tests run out of time, which counts as noticed")
    lines = [f"{each.mutant.place}  {each.mutant.change}: {each.by or 'NOT NOTICED'}" for each in tried]
    subject.record.keep(
        "changes.txt", "\n".join(lines) + "\n", command="python -m pytest -x, after each change"
    )
    return judged(
        f"{len(tried) - len(survived)} of {len(tried)} changes were noticed",
        faults,
        figures=(
            Figure("changes", len(tried)),
            Figure("noticed", score, "%", LEAST if subject.full else 100.0, least=True),
        ),
        notes=tuple(notes),
        data={
            "mutants": [
                {
                    "place": each.mutant.place,
                    "change": each.mutant.change,
                    "killed": bool(each.by),
                    "by": each.by,
                }
                for each in tried
            ]
        },
    )


def unnoticed(mutant: Mutant) -> Fault:
    """A change that went through."""
    return Fault(
        f"no test fails when {mutant.change}",
        mutant.place,
        why="a mistake there would be released",
        next_step="write a test that tells the two apart",
    )
