"""docs/sources.md says what is true: its examples read, its tables name every key with its default."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from tasks.sources import Source, read_sources
from tasks.sources.source_keys import TABLE

TEXT = (Path(__file__).parents[2] / "docs/sources.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?)? ?\|", TEXT, re.MULTILINE))


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_are_read(tmp_path: Path, example: str) -> None:
    (tmp_path / "sources.toml").write_text(example)
    assert read_sources(tmp_path / "sources.toml")


def test_its_tables_name_every_key_and_no_other() -> None:
    assert set(ROWS) - {"broadsheet"} == set(TABLE)


def test_its_defaults_are_those_of_the_code() -> None:
    defaults = {field.name: field.default for field in fields(Source) if field.default is not MISSING}
    for name, shown in ROWS.items():
        if shown.startswith("`"):
            value = {"true": True}.get(shown.strip("`"), shown.strip('`"'))
            value = int(value) if isinstance(value, str) and value.isdigit() else value
            assert TABLE[name].read(value) == defaults[name], name


def test_the_seeds_file_points_to_it() -> None:
    assert "docs/sources.md" in (Path(__file__).parents[2] / "seeds/sources.toml").read_text("utf-8")
