"""What is wrong with an image, as far as its Dockerfile shows.

What lives here: rules that hadolint does not have. What must not: reading files, or asking hadolint (`image.py`).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from backwright_workbench.verify.checks.operations.dockerfile import Instruction, Stage, leaves_out
from backwright_workbench.verify.outcome import Fault

SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?)(?:$|_)"
)
ELSEWHERE = re.compile(r"_(?:FILE|PATH|URL|NAME|MINUTES|DAYS|ID)$")
COMPILERS = re.compile(r"\b(?:build-essential|gcc|g\+\+|clang|rustc|cargo|make|cmake|[\w-]+-dev)\b")
FOR_DEVELOPERS = (
    (
        re.compile(r"pip3?\s+install\b.*(?:\[[^\]]*\b(?:dev|test|testing|tests|lint)\b[^\]]*\])"),
        "extras for development",
    ),
    (re.compile(r"-r\s*\S*(?:dev|test)\S*\.txt"), "requirements for development"),
    (
        re.compile(r"pip3?\s+install\b.*\b(?:pytest|mypy|ruff|black|coverage|ipython|debugpy)\b"),
        "tools for development",
    ),
    (
        re.compile(r"\buv\s+sync\b(?!.*--(?:no-dev|no-default-groups|only-group))"),
        "dependencies for development",
    ),
    (re.compile(r"\bpoetry\s+install\b(?!.*(?:--only|--without|--no-dev))"), "dependencies for development"),
    (re.compile(r"\bpipenv\s+(?:install|sync)\b.*--dev"), "dependencies for development"),
)
PRIVATE = (".env", ".git", "id_rsa", ".ssh", ".aws", ".netrc", ".pypirc")
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "requirements.lock", "pylock.toml")
STARTERS = ("sh", "bash", "ash", "/bin/sh", "/bin/bash")
ROOT = re.compile(r"(?:root|0)(?::.*)?")


def weaknesses(found: Sequence[Stage], path: str) -> Iterator[Fault]:
    """What the instructions alone show."""
    image = found[-1]
    yield from _bases(found, path)
    yield from _user(image, path)
    yield from _commands(image, path)
    for stage in found:
        yield from _secrets(stage, path)
    for each in image.all("RUN"):
        at = f"{path}:{each.line}"
        for pattern, what in FOR_DEVELOPERS:
            if pattern.search(each.text):
                yield Fault(
                    f"{what} are in the image",
                    at,
                    "more to attack, and more to update",
                    "install what runs only",
                )
        if COMPILERS.search(each.text) and re.search(r"\b(?:apt-get|apt|apk|dnf|yum)\b", each.text):
            yield Fault(
                "compilers are in the image",
                at,
                "whoever gets in can build what they need",
                "build in a stage of its own, and copy what came of it",
            )
    for stage in found:
        for each in stage.instructions:
            if each.name == "RUN" and re.search(
                r"(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+)?(?:ba|a)?sh\b", each.text
            ):
                yield Fault(
                    "a script from the network is run unseen",
                    f"{path}:{each.line}",
                    "whoever controls that server controls the image",
                    "install a package, or fetch a version and compare its hash",
                )


def _bases(found: Sequence[Stage], path: str) -> Iterator[Fault]:
    for stage in found:
        base, _, digest = stage.base.partition("@")
        if (
            stage.parent is not None
            or digest.startswith("sha256:")
            or base == "scratch"
            or base.startswith("$")
        ):
            continue
        tag = base.rpartition("/")[2].partition(":")[2]
        if tag in ("", "latest") or not re.search(r"\d", tag):
            yield Fault(
                f"the base image {stage.base} has no version",
                f"{path}:{stage.line}",
                "tomorrow's build is made of something else than today's",
                "name a version, or better a digest: python:3.11-slim-bookworm@sha256:…",
            )


def _user(image: Stage, path: str) -> Iterator[Fault]:
    user = image.last("USER")
    root: Stage = image
    while root.parent is not None:
        root = root.parent
    if user is None and re.search(r"nonroot|chainguard|cgr\.dev", root.base):
        return
    if user is None or ROOT.fullmatch(user.words[0] if user.words else "root"):
        yield Fault(
            "it runs as root",
            f"{path}:{user.line if user else image.line}",
            "whoever breaks out of the service has the rights of root in the container",
            "useradd --uid 10001 …, and USER 10001 at the end",
        )


def _commands(image: Stage, path: str) -> Iterator[Fault]:
    for name in ("CMD", "ENTRYPOINT"):
        each = image.last(name)
        if each is None:
            continue
        command = each.listed
        wrapped = bool(command and command[0] in STARTERS and "-c" in command and "exec " not in command[-1])
        if (command is None and not each.text.startswith("exec ")) or wrapped:
            yield Fault(
                f"{name} starts a shell that starts the service",
                f"{path}:{each.line}",
                "SIGTERM reaches the shell and not the service, which is then killed with its requests",
                f'the exec form: {name} ["python", "-m", …]',
            )
        elif command and _says(command, "--host") in ("127.0.0.1", "localhost"):
            yield Fault(
                "it listens on the container's own loopback",
                f"{path}:{each.line}",
                "nothing outside of the container reaches it",
                "--host 0.0.0.0",
            )
        exposed = {word.partition("/")[0] for expose in image.all("EXPOSE") for word in expose.words}
        port = _says(command or [], "--port")
        if port and exposed and port not in exposed:
            yield Fault(
                f"it serves port {port} and exposes {', '.join(sorted(exposed))}",
                f"{path}:{each.line}",
                "who reads EXPOSE connects to a port where nobody listens",
                f"EXPOSE {port}",
            )


def _says(command: Sequence[str], option: str) -> str:
    for at, word in enumerate(command):
        if word == option and at + 1 < len(command):
            return command[at + 1]
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def _secrets(stage: Stage, path: str) -> Iterator[Fault]:
    for each in stage.instructions:
        at = f"{path}:{each.line}"
        if each.name in ("ARG", "ENV"):
            for name, value in re.findall(r"(?:^|\s)(\w+)(?:[=\s]\"?([^\s\"]*))?", each.text):
                is_given = each.name == "ARG" or (value and not value.startswith("$"))
                if SECRET.search(name.upper()) and not ELSEWHERE.search(name.upper()) and is_given:
                    yield Fault(
                        f"{each.name} {name} puts a secret into the image",
                        at,
                        "everybody who can pull the image can read it (docker history)",
                        "RUN --mount=type=secret while building; the environment or a file while running",
                    )
        if each.name in ("COPY", "ADD") and not each.option("from"):
            for source in each.words[:-1]:
                name = source.rstrip("/*").rpartition("/")[2]
                if name in PRIVATE or name.startswith(".env.") or source.endswith((".pem", ".key", ".p12")):
                    yield Fault(
                        f"{source} is copied into the image",
                        at,
                        "everybody who can pull the image can read it",
                        "give it to the container when it starts",
                    )


def context_faults(
    found: Sequence[Stage], path: str, root: Path, ignored: Sequence[str] | None
) -> Iterator[Fault]:
    """What shows only beside the files that the image is built from."""
    copies = [
        (each, source.removeprefix("./").rstrip("/") or ".")
        for stage in found
        for each in stage.instructions
        if each.name in ("COPY", "ADD") and not each.option("from") and "<<" not in each.text
        for source in each.words[:-1]
        if not source.startswith(("http:", "https:", "git@", "$"))
    ]
    copies_all = any(source in (".", "*") for _, source in copies)
    for name in (".env", ".git"):
        if ignored is None or not leaves_out(ignored, name):
            end = "copied into the image" if copies_all else "sent to whoever builds the image"
            yield Fault(
                f"{name} is {end}",
                ".dockerignore",
                "it holds what is not meant for others",
                f"add a line: {name}",
            )
    for each, source in copies:
        yield from _source(each, source, path, root, ignored)
    text = "\n".join(
        each.text for stage in found for each in stage.instructions if each.name in ("COPY", "RUN", "ADD")
    )
    locks = [name for name in LOCKS if (root / name).is_file() and not leaves_out(ignored or (), name)]
    if (
        locks
        and not copies_all
        and not any(re.search(re.escape(name).replace("lock", r"(?:lock|\*)"), text) for name in locks)
    ):
        yield Fault(
            f"{locks[0]} is not used",
            path,
            "the image is built of other versions than those that were tested",
            f"COPY {locks[0]}, and install from it",
        )


def _source(
    each: Instruction, source: str, path: str, root: Path, ignored: Sequence[str] | None
) -> Iterator[Fault]:
    at = f"{path}:{each.line}"
    if source in (".", "*") or source in PRIVATE:
        return
    if not any(True for _ in root.glob(source)):
        yield Fault(f"there is no {source} to copy", at, "the image cannot be built", "copy what is there")
    elif ignored is not None and "*" not in source and leaves_out(ignored, source):
        yield Fault(
            f"{source} is copied, and .dockerignore leaves it out",
            at,
            "the image cannot be built",
            "take it out of .dockerignore",
        )
