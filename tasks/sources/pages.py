"""Read the pages of a shard: the way from a kind of input to its reader.

What belongs here: the dispatch, and the promise that bad data never raises. What does not: the readers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from tasks.page import Origin, Page, Reject
from tasks.sources.html_files import read_html_file, read_text_file
from tasks.sources.jsonl import read_jsonl
from tasks.sources.locations import InputError, is_remote
from tasks.sources.marks import Marks
from tasks.sources.shards import Shard, is_parquet
from tasks.sources.strings import presentable
from tasks.sources.tables import read_parquet
from tasks.sources.warc import read_warc

logger = logging.getLogger(__name__)


_DEATHS = {"timeout", "crashed", "out_of_memory"}


def read_pages(shard: Shard, marks: Marks | None = None) -> Iterator[Page | Reject]:
    """The pages and rejects of a shard, in the order of the input, one at a time.

    Bad data never raises: it is a reject. A file on this machine that cannot be opened or read on (gone since the
    plan, no rights, a failing disk) is one reject, ``corrupt_record``, for what is lost. Raises OSError where a remote
    file cannot be read: networks fail for a while, and a shard tried again is better than pages given up.

    ``marks`` hear where the reader is, and say what to leave out: a reject in its place, of the stage ``read``.
    """
    for item in map(presentable, _read_all(shard, marks or Marks())):
        yield replace(item, stage="read") if isinstance(item, Reject) and item.reason in _DEATHS else item


def _read_all(shard: Shard, marks: Marks) -> Iterator[Page | Reject]:
    for number, path in enumerate(shard.paths):
        if left_out := marks.enter(number):
            reason, detail = left_out
            yield Reject(reason, Origin(path), detail=detail)
            continue
        try:
            yield from _read(path, shard, marks)
        except OSError as error:
            if is_remote(path):
                raise
            logger.warning("%s: %s", path, error)
            yield Reject("corrupt_record", Origin(path), detail=f"the file cannot be read: {error}"[:500])
        except InputError as error:  # a table that changed since the plan
            yield Reject("corrupt_record", Origin(path), detail=str(error)[:500])


def _read(path: str, shard: Shard, marks: Marks) -> Iterator[Page | Reject]:
    if shard.kind == "warc":
        yield from read_warc(path, shard.start, shard.stop, shard.options, marks)
    elif shard.kind == "html":
        yield read_html_file(path, shard.options)
    elif shard.kind == "text":
        yield read_text_file(path, shard.options)
    elif is_parquet(path):
        yield from read_parquet(path, shard.start or 0, shard.stop, shard.options, marks)
    else:
        yield from read_jsonl(path, shard.start, shard.stop, shard.first_row, shard.options, marks)
