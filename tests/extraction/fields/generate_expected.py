"""Golden pages: writes what extraction now reads from each page in ``pages/`` beside it, for a look at the difference.

    python -m tests.extraction.fields.generate_expected [NAME...]

A page's first line is a comment with its URL. What is written is the record without its text and page type (those are
the body's, tested on their own). Look at ``git diff`` before keeping it: the test holds whatever stands there.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import Any

from tasks.extraction.fields.merge import describe
from tasks.extraction.marks import read_marks
from tasks.extraction.structured import read_structured
from tasks.extraction.tree import parse

PAGES = Path(__file__).parent / "pages"
NOT_HELD = ("text", "page_type", "page_type_evidence")


def read(page: Path) -> dict[str, Any]:
    """The filled fields of the record of one golden page."""
    payload = page.read_bytes()
    match = re.match(rb"<!-- (\S+) -->", payload)
    assert match is not None, f"{page.name} begins with no comment that holds its URL"
    tree = parse(payload)
    marks = read_marks(tree)
    record = dataclasses.asdict(describe(tree, read_structured(tree, marks), marks, match[1].decode()))
    return {name: value for name, value in record.items() if name not in NOT_HELD and value not in (None, [], {})}


def main() -> None:
    """Writes NAME.json for each NAME.html, or for those named."""
    for page in sorted(PAGES.glob("*.html")):
        if len(sys.argv) < 2 or page.stem in sys.argv[1:]:
            page.with_suffix(".json").write_text(json.dumps(read(page), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
