"""The seeds: what a first run reads when no input is named."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tasks.page import Page, Reject
from tasks.sources import plan_shards, read_pages, read_sources, source_inputs

ROOT = Path(__file__).parents[2]


def test_the_documents_are_those_that_the_script_makes() -> None:
    subprocess.run([sys.executable, ROOT / "seeds/make_seeds.py", "--check"], check=True)


def test_the_documents_are_small() -> None:
    files = [path for path in (ROOT / "seeds").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 150_000


def test_the_seeds_show_each_kind_of_input_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shards = plan_shards(source_inputs(read_sources(ROOT / "seeds/sources.toml")))
    found = [(shard.source, one) for shard in shards for one in read_pages(shard)]
    assert Counter(source for source, one in found if isinstance(one, Page)) == {
        "seed-warc": 10,
        "seed-html": 2,
        "seed-table": 2,
        "seed-text": 1,
    }
    assert [one.reason for _, one in found if isinstance(one, Reject)] == [
        "http_status",
        "not_html",
        "no_url",
        "no_content_column",
    ]
