"""``python -m tasks.release.write_schema`` writes docs/SCHEMA.md anew; a test fails when it is stale."""

from __future__ import annotations

from pathlib import Path

from tasks.release.schema_document import schema_markdown

if __name__ == "__main__":
    path = Path(__file__).parents[2] / "docs" / "SCHEMA.md"
    path.write_text(schema_markdown(), encoding="utf-8")
