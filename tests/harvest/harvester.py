"""One harvest in a process of its own, to be killed: ``python -m tests.harvest.harvester FOLDER STATE JSON``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tasks.harvest import HarvestSettings, HarvestSource, harvest

ROOT = Path(__file__).parents[2]


def main() -> None:
    folder, state, text = sys.argv[1:]
    words = json.loads(text)
    hosts = words.pop("hosts")
    words["allow_hosts"] = frozenset(hosts)
    words["locations"] = tuple(words["locations"])
    settings = HarvestSettings(state=state, patience=0.0, hosts=dict.fromkeys(hosts, "127.0.0.1"))
    counts = harvest([HarvestSource(**words)], Path(folder), settings)
    sys.stdout.write(json.dumps(counts.as_dict()))


def start(folder: Path, state: str, **words: Any) -> subprocess.Popen[str]:
    """A harvester as a process."""
    command = [sys.executable, "-m", "tests.harvest.harvester", str(folder), state, json.dumps(words)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


if __name__ == "__main__":
    main()
