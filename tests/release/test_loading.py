"""A release is loaded with each tool that the card names and that is installed here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.release.store import article_id

IDS = {article_id(name) for name in ("storm", "harbour", "undated")}


def test_duckdb(release: Path) -> None:
    import duckdb

    rows = duckdb.sql(f"SELECT article_id, published_at, authors FROM '{release}/articles/*.parquet'").fetchall()
    assert {row[0] for row in rows} == IDS
    assert duckdb.sql(f"SELECT c.article_id FROM '{release}/copies/*.parquet' c JOIN '{release}/articles/*.parquet' a "
                      "ON c.copy_of = a.article_id").fetchall() == [(article_id("harbour-again"),)]  # fmt: skip


def test_polars(release: Path) -> None:
    import polars as pl

    articles = pl.scan_parquet(release / "articles/*.parquet").collect()
    assert set(articles["article_id"]) == IDS
    assert articles.schema["published_at"] == pl.Datetime("us", "UTC")


def test_pandas(release: Path) -> None:
    import pandas as pd

    articles = pd.read_parquet(release / "articles")
    assert set(articles["article_id"]) == IDS
    assert str(articles["published_at"].dt.tz) == "UTC"


def test_pyarrow_dataset(release: Path) -> None:
    import pyarrow.dataset as ds

    for table in ("articles", "copies", "revisions", "rejects"):
        dataset = ds.dataset(release / table)
        assert dataset.count_rows() == {"articles": 3, "copies": 1, "revisions": 1, "rejects": 2}[table]
    assert ds.dataset(release / "articles").schema.field("url").metadata[b"description"] == b"The URL as fetched."


@pytest.mark.parametrize(("config", "rows"), [("articles", 3), ("copies", 1), ("revisions", 1), ("rejects", 2)])
def test_hugging_face_datasets_by_the_card(release: Path, tmp_path: Path, config: str, rows: int) -> None:
    from datasets import load_dataset

    found = load_dataset(str(release), config, split="train", cache_dir=str(tmp_path))
    assert found.num_rows == rows
    assert ("article_id" in found.column_names) == (config != "rejects")


def test_hugging_face_datasets_takes_the_articles_by_default(release: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    assert set(load_dataset(str(release), split="train", cache_dir=str(tmp_path))["article_id"]) == IDS


def test_the_examples_of_the_card_run(release: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import duckdb

    monkeypatch.chdir(release)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    blocks = re.findall(r"```(\w+)\n(.*?)```", (release / "README.md").read_text(), re.DOTALL)
    run = []
    for language, code in blocks:
        if language == "sql":
            assert duckdb.sql(code).fetchall() == [("example.com", 3)]
            run.append(language)
        elif language == "python" and "spark" not in code:
            exec(compile(code, "README.md", "exec"), {})
            run.append(re.search(r"(?:from|import) (?!os)(\S+)", code)[1])
    assert run == ["sql", "polars", "pandas", "pyarrow.dataset", "datasets"]
