"""What does `backwright review` say of many repositories? `uv run python benchmarks/review_corpus.py DIR OUT`.

DIR holds one checked-out repository per folder, called `owner+name`; OUT gets `owner+name.sarif` for each, and a line
for each is printed: seconds, findings by severity. Any scorer of SARIF can compare the files with labels.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path


def reviewed(repository: Path, sarif: Path) -> Counter[str]:
    """The findings by severity. Raises `RuntimeError` where the command itself failed."""
    command = ["backwright", "review", str(repository), "--sarif", str(sarif), "--fail-on", "critical"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{repository.name}: exit {done.returncode}\n{done.stderr[-500:]}")
    results = json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"]
    return Counter(each.get("properties", {}).get("severity", each["level"]) for each in results)


def main(corpus: Path, out: Path) -> None:
    """Reviews each folder of the corpus, one after the other."""
    out.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    for repository in sorted(each for each in corpus.iterdir() if each.is_dir()):
        since = time.perf_counter()
        found = reviewed(repository, out / f"{repository.name}.sarif")
        total += found
        print(f"{repository.name:<60} {time.perf_counter() - since:6.1f} s  {dict(found)}")
    print(f"{'all':<60} {'':>8}  {dict(total)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
