"""A release is loaded with Spark, as the card says. One session serves all tests: it takes seconds to start."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.release.store import article_id


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java: run tests/install-system-packages")
    pyspark = pytest.importorskip("pyspark.sql", reason="Spark is not installed: make spark")
    session = (
        pyspark.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "512m")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
        .getOrCreate()
    )
    yield session
    session.stop()


def test_the_example_of_the_card_runs(
    spark: Any, release: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = re.search(r"Spark:\n\n```python\n(.*?)```", (release / "README.md").read_text(), re.DOTALL)
    assert code
    spark.sparkContext.setLogLevel("ERROR")
    here = code[1].replace('"articles"', repr(str(release / "articles")))
    exec(compile(here, "README.md", "exec"), {"spark": spark})
    assert "example.com|    3" in capsys.readouterr().out


def test_rows_times_and_nested_columns_arrive_as_they_are(spark: Any, release: Path) -> None:
    rows = {row.article_id: row for row in spark.read.parquet(str(release / "articles")).collect()}
    assert set(rows) == {article_id(name) for name in ("storm", "harbour", "undated")}
    storm = rows[article_id("storm")]
    assert storm.published_at.astimezone(UTC) == datetime(2022, 2, 2, 18, 14, tzinfo=UTC)
    assert rows[article_id("undated")].published_at is None
    assert storm.authors == ["Ada Marlow"]
    assert storm.author_details[0].name == "Ada Marlow"
    assert storm.publisher.name == "Example News"
    assert (storm.field_sources[0].field, storm.field_sources[0].source) == ("headline", "json-ld")


def test_columns_carry_their_descriptions_as_comments(spark: Any, release: Path) -> None:
    fields = {field.name: field for field in spark.read.parquet(str(release / "articles")).schema.fields}
    assert fields["url"].metadata.get("comment") == "The URL as fetched."


def test_copies_join_the_articles_they_copy(spark: Any, release: Path) -> None:
    copies = spark.read.parquet(str(release / "copies"))
    articles = spark.read.parquet(str(release / "articles")).withColumnRenamed("article_id", "original")
    assert copies.join(articles, copies.copy_of == articles.original).count() == 1
