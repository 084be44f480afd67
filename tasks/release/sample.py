"""sample/: a thousand articles to look at before loading the rest.

What belongs here: which articles, and how they are written. ``article_id`` is a hash, so the smallest ids are a fair
sample, the same in every release for as long as its articles are there.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import dataframely as dy
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.release.changes import Held
from tasks.release.manifest import FileEntry, sha256_of
from tasks.release.parquet import writer_options
from tasks.release.stretches import stretches
from tasks.release.tables import SORTED_BY
from tasks.schema import arrow_schema

SAMPLE = "sample/articles.parquet"
SAMPLE_ROWS = 1_000


class Sample:
    """The sample of a release that is being made.

    ``former`` holds an earlier release: rows of files that both have are taken from its sample. Reading them out of a
    million articles would cost as much as a twentieth of the release. ``seen`` are the articles that were shown and may
    be in it, null until there are any.
    """

    def __init__(self, former: Held | None) -> None:
        self._former = former
        self.seen: pa.Table | None = None

    def see(self, articles: pa.Table) -> None:
        """Articles that are being written: those that may be in the sample are kept, at most a thousand."""
        for batch in articles.to_batches():  # taken out of all at once, the texts would be joined first
            self._see(batch)

    def _see(self, articles: pa.RecordBatch) -> None:
        ids = pl.from_arrow(articles.select(["article_id"]))
        assert isinstance(ids, pl.DataFrame)
        if self.seen is not None and len(self.seen) == SAMPLE_ROWS:
            near = ids.with_row_index("row").filter(pl.col("article_id") < self.seen["article_id"][-1].as_py())
        else:
            near = ids.with_row_index("row").bottom_k(SAMPLE_ROWS, by="article_id")
        if near.height:
            rows = pa.Table.from_batches([articles.take(near["row"].to_arrow())])
            known = rows if self.seen is None else pa.concat_tables([self.seen, rows]).combine_chunks()
            # Not as a frame, whose strings hold all that they were chosen from.
            self.seen = known.take(pc.sort_indices(known["article_id"])[:SAMPLE_ROWS])

    def write(self, folder: Path, articles: type[dy.Schema], entries: Sequence[FileEntry]) -> None:
        """``sample/articles.parquet``, and the same rows as ``sample/articles.jsonl``.

        ``entries`` are the data files of the release in ``folder``, ``articles`` the schema of its table.
        """
        chosen = (
            pl.scan_parquet(folder / "articles" / "*.parquet", include_file_paths="file")
            .select("article_id", "file")
            .bottom_k(SAMPLE_ROWS, by="article_id")
            .collect(engine="streaming")
        )
        parts: list[pl.DataFrame] = [articles.create_empty()]
        for found in (self._among_seen, self._in_former, _in_files):
            rows = found(chosen, folder, entries)
            if rows is not None:
                parts.append(rows)
                chosen = chosen.join(rows, on="article_id", how="anti")
        order = SORTED_BY["articles"]
        sample = pl.concat(parts).sort(order, nulls_last=True)
        schema = arrow_schema(articles)
        (folder / "sample").mkdir()
        table = sample.to_arrow().cast(schema).combine_chunks()
        pq.write_table(table, folder / SAMPLE, **writer_options(schema, table.num_rows, order))
        sample.write_ndjson(folder / "sample" / "articles.jsonl")

    def _among_seen(self, chosen: pl.DataFrame, _folder: Path, _entries: Sequence[FileEntry]) -> pl.DataFrame | None:
        if self.seen is None:
            return None
        seen = pl.from_arrow(self.seen)
        assert isinstance(seen, pl.DataFrame)
        found = seen.join(chosen, on="article_id", how="semi")
        return None if found.is_empty() else found

    def _in_former(self, chosen: pl.DataFrame, folder: Path, entries: Sequence[FileEntry]) -> pl.DataFrame | None:
        """The chosen rows that stand in the former release's sample, in a file that did not change since."""
        former = self._former
        if former is None or not (former.path / SAMPLE).is_file():
            return None
        before = {entry.path: entry.sha256 for entry in former.entries}
        if sha256_of(former.path / SAMPLE) != before.get(SAMPLE):
            return None
        shared = [str(folder / entry.path) for entry in entries if before.get(entry.path) == entry.sha256]
        same = chosen.filter(pl.col("file").is_in(shared))
        if same.is_empty():
            return None  # an older schema's sample has other columns, and then no file is the same
        held = pl.read_parquet(io.BytesIO((former.path / SAMPLE).read_bytes()))
        return held.join(same, on="article_id", how="semi")


def _in_files(chosen: pl.DataFrame, _folder: Path, _entries: Sequence[FileEntry]) -> pl.DataFrame | None:
    """The chosen rows, read out of the files that hold them."""
    files = chosen["file"].unique().sort().to_list()
    if not files:
        return None
    wanted = pl.col("article_id").is_in(chosen["article_id"].implode())
    # Some files at a time: over all of them at once the reader holds ten row groups of text.
    parts = stretches(Path(file) for file in files)
    return pl.concat([pl.scan_parquet(part).filter(wanted).collect(engine="streaming") for part in parts])
