"""Inside the worker process: read a shard's pages, extract, normalise, fingerprint, write Parquet.

What belongs here: the order of the stages for one shard, batch by batch. What does not: limits on time and
memory, and what happens when this process dies (``supervise``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from tasks.deduplication import fingerprint
from tasks.extraction import extract
from tasks.loops import in_use
from tasks.normalisation import normalise, records_frame
from tasks.page import Page, Reject, RejectError
from tasks.record import Record
from tasks.shard.job import Counts, Journal, ShardJob
from tasks.shard.known_pages import KnownPages
from tasks.shard.memory import usage
from tasks.shard.progress import Phase, Progress
from tasks.shard.rejects import rejects_frame, removed_frame
from tasks.sources import Marks, read_pages
from tasks.version import EXTRACTOR

# Large enough that Polars' fixed costs vanish, small enough that a killed worker repeats little.
_BATCH_RECORDS = 256
# A batch ends here too: 256 pages of the largest size allowed are 5 GB, and their texts nearly as much.
_BATCH_BYTES = 128_000_000

Extracted = tuple[Page, Record, str]


@dataclass(slots=True)
class _Batch:
    """Pages done since the last write. ``first`` is the number of its first record."""

    first: int
    extracted: list[Extracted] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unchanged: int = 0
    read: int = 0
    payload_bytes: int = 0  # of the pages in ``extracted``: no text of theirs is larger
    cpu_before: float = 0.0  # processor seconds of this worker up to the last batch

    @property
    def counts(self) -> Counts:
        """How its pages ended, as far as extraction can tell."""
        return Counts(self.read, len(self.extracted), self.unchanged, len(self.rejects), loops=in_use())


def work_shard(job: ShardJob, progress: Progress, alive: Callable[[], None] = lambda: None) -> None:
    """Work through a shard from where its journal stands to its end.

    ``alive`` is called for each record: the worker ends itself there when its supervisor is gone. Raises
    OSError when the files cannot be written; every other failure costs one page, as a reject.
    """
    journal = Journal.read(job.folder)
    known = KnownPages(job.known_pages)
    batch = _Batch(journal.next_record, cpu_before=usage()[0])  # the process may have worked on other shards
    next_record = journal.next_record
    progress.count(journal.counts)
    progress.enter(Phase.READING, next_record)
    marks = Marks(progress.mark, journal.left_out)
    for number, item in enumerate(read_pages(job.shard, marks)):
        if number < journal.next_record:
            progress.enter(Phase.READING, number)
            continue
        alive()
        progress.enter(Phase.EXTRACTING, number)
        _take(item, batch, known, job.settings.keep_all_pages, journal.culprits.get(number))
        next_record = number + 1
        progress.count(journal.counts + batch.counts)
        if _is_full(batch, 1 if number < journal.careful_until else _BATCH_RECORDS) or next_record == journal.begin_at:
            _write(batch, known, next_record, job, journal, progress)
            batch = _Batch(next_record, cpu_before=usage()[0])
        progress.enter(Phase.READING, next_record)
    _write(batch, known, next_record, job, journal, progress)
    journal.done = True
    journal.write(job.folder)


def _is_full(batch: _Batch, most_records: int) -> bool:
    return batch.read >= most_records or batch.payload_bytes >= _BATCH_BYTES


def _take(
    item: Page | Reject, batch: _Batch, known: KnownPages, keep_all_pages: bool, culprit: tuple[str, str] | None
) -> None:
    """Put one record where it belongs: known, rejected or extracted."""
    batch.read += 1
    place = f"{item.origin.input}#{'' if item.origin.record_offset is None else item.origin.record_offset}"
    if known.is_removed(item.url):
        item = Reject("removed", item.origin, None, None, None)
    if isinstance(item, Reject):
        if known.has(item.url, place, item.payload_sha256, item.reason):
            batch.unchanged += 1
        else:
            batch.rejects.append(item)
        return
    payload_sha256 = hashlib.sha256(item.payload).hexdigest()
    if known.has(item.url, place, payload_sha256):
        batch.unchanged += 1
        return
    try:
        if culprit:
            raise RejectError(*culprit)
        record = _extract(item)
        if record.page_type != "article" and not keep_all_pages:
            raise RejectError("not_an_article", f"{record.page_type}: {record.page_type_evidence}")
    except RejectError as reject:
        batch.rejects.append(Reject(reject.reason, item.origin, item.url, reject.detail, payload_sha256, item.source))
    else:
        batch.payload_bytes += len(item.payload)
        # Nothing more is read of its bytes, and a batch holds many pages.
        batch.extracted.append((replace(item, payload=b""), record, payload_sha256))


def _extract(page: Page) -> Record:
    try:
        return extract(page)
    except RejectError:
        raise
    except (MemoryError, RecursionError) as error:
        raise RejectError("out_of_memory", type(error).__name__) from error
    except Exception as error:  # any bug in any parser: it costs this page, and the reject says which it was
        raise RejectError("extraction_failed", f"{type(error).__name__}: {error}"[:500]) from error


def _write(  # noqa: PLR0913, PLR0917 - what a batch needs to end up on disk
    batch: _Batch, known: KnownPages, next_record: int, job: ShardJob, journal: Journal, progress: Progress
) -> None:
    """Put a batch on disk, then say so in the journal."""
    progress.enter(Phase.WRITING, batch.first)
    kept, rejected = _normalise(batch.extracted, job)
    # The page's own word on its URL may name a page that was removed.
    is_removed = pl.Series([known.is_removed(url) for url in kept["canonical_url"]], dtype=pl.Boolean)
    removed = removed_frame(kept.filter(is_removed))
    kept = kept.filter(~is_removed)
    rejects = pl.concat([rejects_frame(batch.rejects, job, EXTRACTOR), rejected, removed])
    _put(fingerprint(kept) if len(kept) else kept, job.folder / f"documents-{batch.first:09d}.parquet")
    _put(rejects, job.folder / f"rejects-{batch.first:09d}.parquet")
    journal.next_record = next_record
    cpu_seconds, peak_bytes = usage()
    journal.counts += Counts(
        batch.read, len(kept), batch.unchanged, len(rejects), cpu_seconds - batch.cpu_before, peak_bytes, in_use()
    )
    journal.write(job.folder)
    progress.count(journal.counts)


def _normalise(extracted: Sequence[Extracted], job: ShardJob) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Normalise a batch at once; should that raise, one by one, so that only the cause is rejected."""
    try:
        return normalise(
            records_frame(extracted),
            source=job.shard.source,
            run_id=job.run_id,
            ingested_at=job.ingested_at,
            extractor=EXTRACTOR,
        )
    # As in _extract: one page's strange value must not cost its neighbours anything.
    except Exception as error:  # noqa: BLE001 - see above
        if len(extracted) != 1:
            parts = [_normalise([one], job) for one in extracted]
            return pl.concat([kept for kept, _ in parts]), pl.concat([rejected for _, rejected in parts])
        page, _, payload_sha256 = extracted[0]
        detail = f"{type(error).__name__}: {error}"[:500]
        reject = Reject("normalisation_failed", page.origin, page.url, detail, payload_sha256, page.source)
        kept, _ = normalise(
            records_frame([]), source=None, run_id=job.run_id, ingested_at=job.ingested_at, extractor=EXTRACTOR
        )
        return kept, rejects_frame([reject], job, EXTRACTOR)


def _put(frame: pl.DataFrame, file: Path) -> None:
    """Write a frame whole or not at all; an empty one not at all.

    An attempt that died between this and its journal may have left a file of the same name with other rows: a batch
    that is looked at again may be smaller, or known by now.
    """
    if not len(frame):
        file.unlink(missing_ok=True)
        return
    beside = file.with_suffix(".new")
    frame.write_parquet(beside, compression="zstd", compression_level=1)
    beside.replace(file)
