"""How fast `backwright review` reads code, and what it needs of memory, beside bandit and ruff in the same run.

    .venv/bin/python benchmarks/review_speed.py             all trees, three rounds: about an hour on two cores
    .venv/bin/python benchmarks/review_speed.py --quick     small trees, one round; nothing is written

Trees are copies: projects of this environment as they are, and modules of several of them again and again up to a
number of lines. The tools take turns on each tree, each in a process of its own, without a cache; a figure is the
median of its rounds. Bandit is not a dependency: uv fetches it. Ruff is asked for the rules that are nearest to ours.
Written to benchmarks/results/review_speed.json and .md.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PROJECTS = ("rest_framework", "fastapi", "flask", "sqlalchemy", "django")
COPIED = ("rest_framework", "fastapi", "flask", "starlette", "alembic")
"""Of which the large trees are made: web code, with a share of everything else."""
SIZES = (100_000, 1_000_000)
QUICK = (20_000,)
OURS, BANDIT, RUFF = "backwright", "bandit", "ruff"
HOUR = 3600.0


@dataclass(frozen=True)
class Figure:
    """What one tool needs for one tree."""

    tree: str
    tool: str
    files: int
    lines: int
    seconds: float
    processor: float
    """Seconds of processor time: what stays the same when others use the machine as well."""
    megabytes: float
    rounds: int

    @property
    def speed(self) -> float:
        """Lines in a second."""
        return self.lines / self.seconds


def main() -> None:
    """Measures, prints, and writes the results."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--quick", action="store_true", help="small trees, one round, nothing written")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sizes", default="", help="lines of the generated trees, with commas")
    options.add_argument("--only", default="", help="trees, with commas")
    given = options.parse_args()
    sizes = tuple(int(each) for each in given.sizes.split(",") if each) or (QUICK if given.quick else SIZES)
    with tempfile.TemporaryDirectory(prefix="review-speed-") as folder:
        commands = tools(Path(folder))
        figures: list[Figure] = []
        for name, make in trees(Path(folder), sizes, quick=given.quick):
            if not given.only or name in given.only.split(","):
                figures += measured(name, make, commands, 1 if given.quick else given.rounds)
                shutil.rmtree(make)
    if given.quick or given.only:
        print(table(figures))
        return
    write(figures)


def tools(folder: Path) -> dict[str, list[str]]:
    """The command of each tool; the tree comes last."""
    uv = shutil.which("uv") or sys.exit("uv is not here")
    place = folder / "environment"
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(place)], check=True)
    bandit = str(place / "bin" / "python")
    subprocess.run([uv, "pip", "install", "-q", "--python", bandit, "bandit"], check=True)
    here = Path(sys.executable).parent
    return {
        OURS: [str(here / "backwright"), "review", "--no-config", "--format", "json", "--fail-on", "never"],
        BANDIT: [bandit, "-m", "bandit", "-q", "-f", "json", "--exit-zero", "-r"],
        RUFF: [str(here / "ruff"), "check", "--isolated", "--no-cache", "--exit-zero", "--output-format", "json",
               "--select", "S,B,ASYNC"],
    }  # fmt: skip


def trees(folder: Path, sizes: tuple[int, ...], *, quick: bool) -> Iterator[tuple[str, Path]]:
    """Each tree, made when it is its turn."""
    for name in PROJECTS[:2] if quick else PROJECTS:
        place = folder / name
        for path in modules(name):
            target = place / path.relative_to(home(name).parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        yield name, place
    for size in sizes:
        yield f"{size:,} lines", repeated(folder / f"lines-{size}", size)


def repeated(place: Path, size: int) -> Path:
    """Modules again and again, each copy a package of its own."""
    lines = number = 0
    while lines < size:
        number += 1
        for name in COPIED:
            for path in modules(name):
                if lines >= size:
                    return place
                target = place / f"part_{number}" / path.relative_to(home(name).parent)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                lines += counted(path)
    return place


def home(name: str) -> Path:
    """The folder of an installed package."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{name} is not installed here")
    return Path(spec.submodule_search_locations[0])


def modules(name: str) -> list[Path]:
    """Its source files."""
    return sorted(home(name).rglob("*.py"))


def counted(path: Path) -> int:
    """The lines of a file."""
    return path.read_bytes().count(b"\n") + 1


def measured(name: str, place: Path, commands: dict[str, list[str]], rounds: int) -> Iterator[Figure]:
    """Each tool in turn, round after round."""
    files = sorted(place.rglob("*.py"))
    lines = sum(map(counted, files))
    found: dict[str, list[tuple[float, float, float]]] = {tool: [] for tool in commands}
    for _ in range(rounds):
        for tool, command in commands.items():
            found[tool].append(timed([*command, str(place)]))
            print(f"{name}: {tool}: {found[tool][-1][0]:.1f} s", file=sys.stderr)
    for tool, each in found.items():
        seconds, processor, megabytes = (round(median(values), 3) for values in zip(*each, strict=True))
        yield Figure(name, tool, len(files), lines, seconds, processor, megabytes, rounds)


def timed(command: list[str]) -> tuple[float, float, float]:
    """Seconds on the clock and of the processor, and the most memory that the process had, in MB."""
    since = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - since
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def table(figures: list[Figure]) -> str:
    """The figures for people: ratios are how many times as fast as that tool we are."""
    rows = [
        "| tree | lines | tool | seconds | of processor | lines/s | memory, MB | our speed / its speed |",
        "| --- | --: | --- | --: | --: | --: | --: | --: |",
    ]
    ours = {each.tree: each for each in figures if each.tool == OURS}
    for each in figures:
        ratio = "" if each.tool == OURS else f"{ours[each.tree].speed / each.speed:.2f}"
        rows.append(
            f"| {each.tree} | {each.lines:,} | {each.tool} | {each.seconds:.2f} | {each.processor:.2f} | "
            f"{each.speed:,.0f} | {each.megabytes:,.0f} | {ratio} |"
        )
    return "\n".join(rows)


def write(figures: list[Figure]) -> None:
    """The results as JSON and as a page."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    day = time.strftime("%Y-%m-%d")
    ratios = {
        tool: round(
            median(
                each.speed / other.speed
                for each in figures
                if each.tool == OURS
                for other in figures
                if other.tool == tool and other.tree == each.tree
            ),
            3,
        )
        for tool in (BANDIT, RUFF)
    }
    document = {
        "day": day,
        "machine": machine,
        "ratios": ratios,
        "figures": [asdict(each) for each in figures],
    }
    (RESULTS / "review_speed.json").write_text(json.dumps(document, indent=2) + "\n")
    page = [
        "# How fast `review` is",
        "",
        f"{day}, {machine}; `benchmarks/review_speed.py`. Medians of {figures[0].rounds} rounds in which the "
        "tools took turns.",
        "",
        f"Over all trees (median): {ratios[BANDIT]:.2f} times the speed of bandit, {ratios[RUFF]:.3f} times that of "
        "`ruff check --select S,B,ASYNC`. Both look at one file at a time; ruff is a native program on all cores.",
        "",
        table(figures),
        "",
    ]
    (RESULTS / "review_speed.md").write_text("\n".join(page))
    print("\n".join(page))


if __name__ == "__main__":
    main()
