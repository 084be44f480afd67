"""The sample of a release, chosen from the articles as they are written."""

import hashlib

import pyarrow as pa

from tasks.release.sample import SAMPLE_ROWS, Sample

_ROWS = 4_000


def articles(part: int) -> pa.Table:
    """Half a kilobyte each, two chunks."""
    ids = [hashlib.sha256(f"{part} {row}".encode()).hexdigest() for row in range(_ROWS)]
    table = pa.table({"article_id": ids, "text": [f"{name} " * 8 for name in ids]})
    return pa.concat_tables([table.slice(0, 1_024), table.slice(1_024)])


def test_of_all_articles_seen_a_thousand_are_held_and_no_more_memory_than_theirs() -> None:
    before = pa.total_allocated_bytes()
    sample = Sample(None)
    for part in range(20):
        sample.see(articles(part))
    held = pa.total_allocated_bytes() - before
    every = sorted(name for part in range(20) for name in articles(part)["article_id"].to_pylist())
    seen = sample.seen
    assert seen is not None
    assert seen["article_id"].to_pylist() == every[:SAMPLE_ROWS]
    assert seen.nbytes <= held <= 1.5 * seen.nbytes
