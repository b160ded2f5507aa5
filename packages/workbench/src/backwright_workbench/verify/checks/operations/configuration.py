"""A bad environment is refused, all of it at once, before anything is served; a good one is taken.

Red: a wrong value that is taken silently, a weak or a default key in production, a stack instead of a message, a secret
in the message, a setting that `.env.example` does not have.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from backwright_workbench.verify.check import Check, Need
from backwright_workbench.verify.checks.operations import environments
from backwright_workbench.verify.checks.operations.environments import CANARY, PRODUCTION, Refused
from backwright_workbench.verify.outcome import Fault, Outcome, judged
from backwright_workbench.verify.stand.doors import Doors, Said
from backwright_workbench.verify.subject import Subject
from backwright_workbench.workspace.services import Service

EXAMPLE = ".env.example"
STARTED = 6.0
"""Seconds after which a service that has not refused has started."""

CHECK = Check(
    title="A bad environment is refused, all of it at once",
    needs=frozenset({Need.SERVICE}),
    proves=("12factor III", "CWE-1188", "CWE-209", "CWE-521", "OWASP API8:2023"),
)


def run(subject: Subject) -> Outcome:
    """Starts it with each environment, in a folder in which there is nothing else."""
    service = subject.running()
    faults: list[Fault] = []
    seen: list[str] = []
    with tempfile.TemporaryDirectory(prefix="backwright-settings-") as name, Doors(service) as doors:
        folder = Path(name)
        example = doors.run("config", "example", cwd=folder)
        settings = environments.declared(example.output)
        faults += example_faults(subject.files(), example)
        faults += default_faults(settings)
        cases = list(environments.refused(settings))
        for number, case in enumerate(cases, 1):
            subject.say(f"{number} of {len(cases)}")
            said = doors.run(
                "serve", "--port", "0", cwd=folder, environment=with_(service, case.values), timeout=STARTED
            )
            faults += refusal_faults(case, said)
            seen += [f"--- {case.title}: exit {said.code}", said.output]
        faults += accepted_faults(doors, service, folder)
        faults += hint_faults(doors, service, folder)
    values = {value for case in cases for value in case.values.values() if CANARY in value}
    text = "\n".join(seen)
    for value in values:
        text = text.replace(value, "***")
    subject.record.keep("refusals.txt", text.replace(name, "."), command=f"python -m {service.package} serve")
    return judged(f"{len(cases)} bad environments of {len(settings)} settings, and a good one", faults)


def with_(service: Service, values: Mapping[str, str]) -> dict[str, str]:
    """An environment of the machine's bare necessities and these values."""
    return {**service.environment, **values}


def refusal_faults(case: Refused, said: Said) -> list[Fault]:
    """What is wrong with a refusal."""
    place = f"settings: {case.title}"
    if said.code is None or said.code == 0:
        missing = ", ".join(sorted(case.names))
        what = "it starts all the same" if said.code is None else "it ends as if all were well"
        return [
            Fault(
                f"{what}, with wrong {missing}"[:300],
                place,
                "it runs with what nobody meant",
                "refuse it in settings.py",
            )
        ]
    faults = []
    unnamed = sorted(case.names - environments.named(said.output))
    given = ", ".join(f"{each}={_shown(case.values.get(each, ''))}" for each in unnamed)
    if "Traceback (most recent call last)" in said.output:
        faults.append(
            Fault(
                "it ends with a stack",
                place,
                "who operates it has to read code",
                "one line for each problem, in settings.py",
            )
        )
    elif unnamed:
        faults.append(
            Fault(
                f"it does not refuse {given}",
                place,
                "the value is taken silently, or shows only after the others are put right",
                "a rule for the field in settings.py",
            )
        )
    if CANARY in said.output:
        faults.append(
            Fault(
                "it prints a secret",
                place,
                "what is printed is kept in logs",
                "say what is wrong without the value",
            )
        )
    return faults


def _shown(value: str) -> str:
    return "…" if CANARY in value else value[:40] or "(nothing)"


def accepted_faults(doors: Doors, service: Service, folder: Path) -> list[Fault]:
    """What is right must be taken, in production and with empty values, and its secrets are not shown."""
    faults = []
    database = f"postgresql://app:{CANARY}@127.0.0.1:1/app"
    good = {**PRODUCTION, "DATABASE_URL": database, "METRICS_TOKEN": f"{CANARY}-{CANARY}-{CANARY}"}
    empty = {"ENVIRONMENT": "development", "WORKERS": "", "RATE_LIMIT": "", "LOG_LEVEL": ""}
    for title, values in (("a good environment", good), ("empty values", empty)):
        said = doors.run("config", "explain", cwd=folder, environment=with_(service, values))
        place = f"settings: {title}"
        if said.code != 0:
            why = "\n".join(said.output.splitlines()[-5:])
            faults.append(Fault("it refuses what is right", place, why, "see the rules in settings.py"))
        if CANARY in said.output or environments.GOOD_KEY in said.output:
            faults.append(
                Fault(
                    "`config explain` shows a secret",
                    place,
                    "people paste it into tickets",
                    "SecretStr for the field",
                )
            )
    return faults


def hint_faults(doors: Doors, service: Service, folder: Path) -> list[Fault]:
    """A name that is nearly a setting is told: otherwise the default is used, and nobody knows."""
    said = doors.run("config", "explain", cwd=folder, environment=with_(service, {"RATE_LIMITS": "5/minute"}))
    if "RATE_LIMITS" in said.output:
        return []
    why = "who misspells a setting runs with its default, and does not know"
    return [
        Fault(
            "a misspelt setting is not told",
            "settings: RATE_LIMITS for RATE_LIMIT",
            why,
            "see backwright.configuration.hints",
        )
    ]


def default_faults(settings: dict[str, str]) -> list[Fault]:
    """No secret has a default: every installation would have the same."""
    return [
        Fault(
            f"{name} has a default",
            "config example",
            "every installation has the same, and everybody knows it",
            "no default",
        )
        for name, default in settings.items()
        if environments.SECRET.search(name) and default
    ]


def example_faults(root: Path, example: Said) -> list[Fault]:
    """`.env.example` lists every setting, as the service itself does."""
    place = root / EXAMPLE
    step = f"python -m … config example > {EXAMPLE}"
    if example.code != 0:
        return [
            Fault(
                "`config example` fails",
                "config example",
                "\n".join(example.output.splitlines()[-5:]),
                "put that right",
            )
        ]
    if not place.is_file():
        return [Fault("it is not there", EXAMPLE, "nobody sees what can be set", step)]
    text = place.read_text(encoding="utf-8")
    if example.output.strip() in text:
        return []
    there, wanted = environments.declared(text), environments.declared(example.output)
    differing = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    said = ", ".join(differing[:12]) or "what settings are for"
    return [
        Fault(f"it differs from the settings: {said}", EXAMPLE, "who follows it sets what there is not", step)
    ]
