"""Look every locked package up among the known vulnerabilities; part of ``make check``.

    python tests/audit_dependencies.py

Exit status 1 where a locked version has a known vulnerability. Where no database answers (no network, an index without
advisories) it says that it could not look, and ends with 0: a check without a network must still be possible.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
ACCEPTED: dict[str, str] = {}
"""Vulnerabilities that do not reach us: the advisory's id and why not."""
_PROBE_SECONDS, _AUDIT_SECONDS = 30, 180


def audit(requirements: Path, seconds: int) -> list[dict[str, Any]] | str:
    """What pip-audit says of each package; in words why it could not look."""
    words = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner=off"]
    words += ["--format=json", "--timeout=10", "--requirement", str(requirements)]
    if importlib.util.find_spec("pip_audit") is None:
        return "pip-audit is not installed"
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {seconds} s"
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError):
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return lines[-1].strip()[:200] if lines else f"pip-audit ended with status {done.returncode}"


def could_not_look(found: list[dict[str, Any]] | str) -> str | None:
    """Why nothing was looked up; null where at least one package was."""
    if isinstance(found, str):
        return found
    return None if any("vulns" in package for package in found) else "the package index has no advisories"


def main() -> int:
    """One package first: where nothing answers, the other two hundred need not be asked."""
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.txt"
        locked = next(line for line in LOCK.read_text().splitlines() if line.startswith("lxml=="))
        probe.write_text(locked.split()[0] + "\n")
        why_not = could_not_look(audit(probe, _PROBE_SECONDS))
    found = [] if why_not else audit(LOCK, _AUDIT_SECONDS)
    why_not = why_not or could_not_look(found)
    if why_not or isinstance(found, str):
        print(f"dependencies: could not look for known vulnerabilities: {why_not}")
        return 0
    vulnerable = [
        f"{package['name']} {package['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'none'}"
        for package in found
        for one in package.get("vulns", [])
        if not {one["id"], *one.get("aliases", [])} & set(ACCEPTED)
    ]
    skipped = sum("vulns" not in package for package in found)
    print("\n".join(vulnerable) or "dependencies: no known vulnerability", end="")
    print(f" ({len(found)} packages looked up, {skipped} unknown to the database)")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
