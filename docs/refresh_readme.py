"""The parts of README.md that are made: what the main job prints, how to load a release, the benchmarks.

    python docs/refresh_readme.py        (make docs)

Each stands between ``<!-- NAME: made by make docs -->`` and ``<!-- end -->``. Tests hold the first two to what happens.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tasks.release.loading import loading

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BENCHMARKS = ("extraction", "run")


def part(text: str, name: str) -> str:
    """What stands in the named part. Raises LookupError where the README has no such part."""
    found = _pattern(name).search(text)
    if found is None:
        raise LookupError(f"{README.name} has no part {name}")
    return found[2]


def main_job() -> str:
    """What ``make run`` prints at its end, with this day's release called 2026.11.23."""
    with tempfile.TemporaryDirectory() as data:
        words = [sys.executable, "-m", "flows", "run", "--data", data]
        environment = {**os.environ, "COLUMNS": "100"}
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return as_shown(done.stdout, data)


def as_shown(printed: str, data: str) -> str:
    """The output of a run without this machine's path and day."""
    printed = re.sub(r"\b20\d\d\.\d\d\.\d\d\b", "2026.11.23", printed.replace(f"\n{data}", data).replace(data, "data"))
    lines = [line.rstrip() for line in printed.strip().splitlines()]
    return "```text\n" + "\n".join(lines) + "\n```"


def benchmarks() -> str:
    """The first table of what each benchmark printed last; the rest is in its file."""
    parts = []
    for name in BENCHMARKS:
        kept = ROOT / "bench" / "results" / f"{name}.txt"
        if kept.exists():
            table = kept.read_text(encoding="utf-8").strip().split("\n\n")[0]
            parts.append(f"`bench/{name}.py`:\n\n```text\n{table}\n```")
    return "\n\n".join(parts)


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name}: made by make docs -->\n)(.*?)(\n<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write the parts anew."""
    text = README.read_text(encoding="utf-8")
    for name, made in (("main job", main_job()), ("loading", loading()), ("benchmarks", benchmarks())):
        part(text, name)
        text = _pattern(name).sub(lambda found, made=made: found[1] + made + found[3], text)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
