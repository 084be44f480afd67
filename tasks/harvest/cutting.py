"""Takes records out of the WARCs that harvests wrote, for good.

What belongs here: which records go with what was taken out, and files without them. What does not: the state
(``state.forgetting``), and the order of a removal (``tasks.removal``).

With a page go its responses and revisits, their requests and metadata; with a domain also its listings and robots.txt
files. So do redirects to them and listings of others that name them: a listing holds titles, and sometimes whole texts,
and nothing reads it again. Other records are copied as they are, and stand where they stood: what is taken out leaves
a ``placeholder`` of its length. The file keeps its time of change, so that no run takes it for one that is new.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tasks.harvest.outcomes import REDIRECTS
from tasks.harvest.placeholders import framed, is_placeholder, packed, placeholder
from tasks.harvest.reading import Record, records_of, response_of
from tasks.harvest.screening import IsRemoved, answer_names
from tasks.harvest.warc_file import OPEN, sync_folder
from tasks.values.urls import absolute_url, normalise_url

CUT = ".cut"
_MOST_JOINED = 4_000_000
_MOST_LOOKS = 6  # a way of redirects is no longer
_ABOUT_OTHERS = ("via", "asked-for")
"""Fields of a metadata record that name another page than its own."""


@dataclass(slots=True)
class Cuts:
    """What goes and why: ids of responses and revisits, URLs (in normal form) of redirects to what was taken out.

    ``problems``: one line for each file that could not be read to its end.
    """

    is_removed: IsRemoved
    ids: set[str] = field(default_factory=set)
    leading: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def goes(self, record: Record) -> bool:
        """Whether a record goes for what its own headers say; of a redirect, for where it leads."""
        url = record.headers.get("warc-target-uri", "")
        about = (record.headers.get(f"warc-{name}") for name in ("concurrent-to", "refers-to"))
        if not self.ids.isdisjoint(about) or (url and self.is_removed(url)):
            return True
        to = _leads_to(record) if record.kind == "response" else None
        if to is None or not (self.is_removed(to) or normalise_url(to) in self.leading):
            return False
        self.leading.add(normalise_url(url) or url)
        return True

    def is_named_by(self, response: Record, metadata: Record) -> bool:
        """Whether a response is a listing that names what goes; its metadata record tells that it is one."""
        if metadata.headers.get("warc-concurrent-to") != response.headers.get("warc-record-id"):
            return False
        if metadata.fields().get("role") != "listing":
            return False
        with suppress(ValueError):
            return answer_names(response_of(response), self.is_removed)
        return False


@dataclass(frozen=True, slots=True)
class _Change:
    """Bytes of a file, whole members, and what takes their place: null where ``records`` of them go."""

    start: int
    end: int
    records: int
    instead: bytes | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What becomes of one file: bytes that change, its new size, and whether anything is left in it."""

    path: Path
    changes: tuple[_Change, ...]
    size: int
    is_empty: bool

    @property
    def records(self) -> int:
        """How many records go."""
        return sum(change.records for change in self.changes)

    def carry_out(self) -> None:
        """Replace the file, whole or not at all; take it away where nothing is left in it."""
        if self.is_empty:
            self.path.unlink(missing_ok=True)
            sync_folder(self.path.parent)
        else:
            _replace(self.path, _joined(self.changes), self.size)


def look_through(folder: Path, cuts: Cuts) -> list[Cut]:
    """The WARCs in a folder, finished ones and those of dead harvests, that hold something of what goes.

    Nobody may harvest into the folder until all is carried out. A file that was done before holds nothing: should the
    process die, the same calls go on.
    """
    for left in folder.glob(f".*{CUT}"):
        left.unlink()
    files = sorted([*folder.glob("*.warc.gz"), *folder.glob(f".*{OPEN}")])
    for _ in range(_MOST_LOOKS):
        leading = len(cuts.leading)
        cuts.problems.clear()
        found = [cut for path in files if (cut := _look_through(path, cuts)) is not None]
        if len(cuts.leading) == leading:
            break  # else there may be redirects to those that were found just now, too
    return found


def _look_through(path: Path, cuts: Cuts) -> Cut | None:
    changes: list[_Change] = []
    end, others = 0, 0
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for record, change in _judged(records_of(file), cuts):
            end = record.end
            if change is not None:
                changes.append(change)
            others += change.instead is not None if change else not is_empty_of_pages(record)
        size = os.fstat(file).st_size
    finally:
        os.close(file)
    is_open = path.name.endswith(OPEN)
    if end < size and not is_open:
        cuts.problems.append(f"{path} cannot be read from byte {end} on, and may hold it still there: look yourself")
        others += 1
    # The end of a file under way that is no whole record is what its harvest died over: the next would cut it off.
    if not changes and (end == size or not is_open):
        return None
    return Cut(path, tuple(changes), end if is_open else size, is_empty=not (others or is_open))


def is_empty_of_pages(record: Record) -> bool:
    """Whether a record tells of a file alone, or of what was taken out of it."""
    return record.kind == "warcinfo" or is_placeholder(record)


def _judged(records: Iterable[Record], cuts: Cuts) -> Iterator[tuple[Record, _Change | None]]:
    """Each record and what becomes of it. A response waits for the record behind it, which may say that it goes."""
    held: Record | None = None
    for record in records:
        if held is not None:
            named = record.kind == "metadata" and cuts.is_named_by(held, record)
            yield held, _gone(held, cuts) if named else None
            held = None
        if cuts.goes(record):
            yield record, _gone(record, cuts)
        elif record.kind == "response":
            held = record
        else:
            yield record, _unnaming(record, cuts) if record.kind == "metadata" else None
    if held is not None:
        yield held, None


def _gone(record: Record, cuts: Cuts) -> _Change:
    if record.kind in ("response", "revisit"):
        cuts.ids.add(record.headers.get("warc-record-id", ""))
    return _Change(record.start, record.end, 1)


def _unnaming(record: Record, cuts: Cuts) -> _Change | None:
    """The metadata of a page that stays, without the words on the page that led to it, where that one goes."""
    fields = record.fields()
    naming = [name for name in _ABOUT_OTHERS if name in fields and cuts.is_removed(fields[name])]
    if not naming:
        return None
    lines = record.block.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(tuple(f"{name}: ".encode() for name in naming))]
    headers = {_WRITTEN.get(name, name): value for name, value in record.headers.items() if name not in _RECKONED}
    length = record.end - record.start
    instead = packed(framed(headers, b"\r\n".join(kept)), length)
    return _Change(record.start, record.end, 0 if instead else 1, instead)


_RECKONED = ("warc-block-digest", "content-length")
_WRITTEN = {
    "warc-type": "WARC-Type",
    "warc-record-id": "WARC-Record-ID",
    "warc-date": "WARC-Date",
    "warc-target-uri": "WARC-Target-URI",
    "warc-concurrent-to": "WARC-Concurrent-To",
    "content-type": "Content-Type",
}


def _leads_to(record: Record) -> str | None:
    try:
        response = response_of(record)
    except ValueError:
        return None
    return absolute_url(response.url, response.header("Location")) if response.status in REDIRECTS else None


def _joined(changes: Iterable[_Change]) -> list[_Change]:
    """Neighbours that go as one, up to some length: what stands for them is made in memory, and read there."""
    joined: list[_Change] = []
    for change in changes:
        last = joined[-1] if joined else None
        is_next = last is not None and last.end == change.start and change.end - last.start <= _MOST_JOINED
        if last and is_next and last.instead is None and change.instead is None:
            joined[-1] = _Change(last.start, change.end, last.records + change.records)
        else:
            joined.append(change)
    return joined


def _replace(path: Path, changes: Iterable[_Change], size: int) -> None:
    """Make the file anew beside itself, ``size`` bytes of it, and rename it into its place."""
    beside = path.with_name(f".{path.name.removeprefix('.')}{CUT}")
    before = path.stat()
    shutil.copyfile(path, beside)
    file = os.open(beside, os.O_RDWR | os.O_CLOEXEC)
    try:
        for change in changes:
            made = change.instead or placeholder(change.end - change.start, change.records)
            _write(file, made, change.start)
        os.ftruncate(file, size)
        os.fchmod(file, before.st_mode & 0o7777)
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.fsync(file)
    finally:
        os.close(file)
    beside.replace(path)
    sync_folder(path.parent)


def _write(file: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, at)
        view, at = view[written:], at + written
