"""What changed since the former release, as the page shows it.

What belongs here: counts and examples out of changes/ and the words of CHANGELOG.md. What does not: the comparison
(``tasks.release.changes``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from tasks.release.page.inline import web_link

_EXAMPLES = 12


def changed(folder: Path) -> list[dict[str, Any]]:
    """For each kind of change: its name, how many ids, and the first of them by id."""
    found = []
    for name in ("added", "changed", "removed"):
        path = folder / "changes" / f"{name}.parquet"
        if not path.is_file():
            continue
        rows = pl.scan_parquet(path)
        first = rows.head(_EXAMPLES).collect()
        found.append(
            {
                "name": name,
                "rows": rows.select(pl.len()).collect().item(),
                "examples": [
                    {
                        "id": row["article_id"],
                        "url": row["canonical_url"],
                        "link": web_link(row["canonical_url"]),
                        "what": ", ".join(row.get("what") or []) or row.get("table") or row.get("former_table") or "",
                    }
                    for row in first.iter_rows(named=True)
                ],
            }
        )
    return found


def in_words(folder: Path, version: str) -> list[str]:
    """The lines of this release's section of CHANGELOG.md, without Markdown."""
    path = folder / "CHANGELOG.md"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    start = next((n for n, line in enumerate(lines) if line.startswith(f"## {version} (")), len(lines))
    section: list[str] = []
    for line in lines[start + 1 :]:
        if line.startswith("## "):
            break
        if line.lstrip().startswith("- "):
            section.append(line.strip().removeprefix("- "))
    return section
