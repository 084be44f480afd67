"""What harvest keeps of pages that are taken out for good: WARCs, addresses, reports.

What belongs here: the order in which they are cleared. What does not: which records go (``tasks.harvest.cutting``) and
which rows (``tasks.harvest.state.forgetting``).

What goes is told by the store's tombstones, so that a removal takes along what an earlier one could not reach. First
all WARCs are looked through, then the state is told, then the files are replaced: should the process die between, the
same call finds in the files again what the state must be told.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tasks.harvest import HarvestError
from tasks.harvest.at_work import AtWorkError, at_rest
from tasks.harvest.cutting import Cuts, look_through
from tasks.harvest.harvest import STATE
from tasks.harvest.screening import IsRemoved, names
from tasks.harvest.state import State, key_of
from tasks.harvest.state.connection import in_words
from tasks.harvest.warc_file import orphans, owner_of
from tasks.removal.targets import RemovalError
from tasks.values.urls import without_secrets

_OWED = ".owed-to-state.json"


@dataclass(frozen=True, slots=True)
class Harvested:
    """The folder that harvest writes to, and where its state is: a path, a ``postgresql://`` URL; null: in there."""

    folder: Path
    state: str | None = None

    def is_there(self) -> bool:
        """Whether there ever was a harvest, for all one can tell."""
        return self.state is not None or self.folder.is_dir()

    def place(self) -> str | Path | None:
        """Where the state is; null where there is none, or nobody knows where."""
        here = self.folder / STATE
        return self.state or (here if here.is_file() else None)

    def why_no_state(self) -> str | None:
        """Why the state cannot be reached, though there was a harvest; null where it can, or there was none."""
        place = self.place()
        if place is None:
            is_elsewhere = any(self.folder.glob("*.warc.gz"))
            return f"harvest's state is not in {self.folder}: name it with --state" if is_elsewhere else None
        if "://" not in str(place) and not Path(place).is_file():
            return f"harvest's state {place} does not exist; check --state"
        return None


@contextmanager
def harvest_at_rest(harvested: Harvested) -> Iterator[None]:
    """Let no harvest begin. Raises :class:`RemovalError` while one is at work, in the folder or with the same state."""
    if not harvested.is_there():
        yield
        return
    harvested.folder.mkdir(parents=True, exist_ok=True)
    try:
        with at_rest(harvested.folder):
            _check_leases(harvested)
            yield
    except AtWorkError as error:
        raise RemovalError(f"{error} and may hold the pages: wait for its end, then say it again") from None


def _check_leases(harvested: Harvested) -> None:
    if harvested.why_no_state() or (place := harvested.place()) is None:
        return
    dead = [owner_of(path) for path, _ in orphans(harvested.folder)]
    try:
        with _opened(place) as state:
            owners = state.at_work(time.time(), but=dead)
    except HarvestError:
        return  # told when its turn comes
    if owners:
        raise RemovalError(
            "a harvest elsewhere is at work with the same state and may hold the pages: wait for its end (or five "
            "minutes, should it have died), then say it again"
        )


@contextmanager
def _opened(place: str | Path) -> Iterator[State]:
    """The state. Raises ``HarvestError`` where it cannot be used, without its password."""
    try:
        state = State(place)
        try:
            yield state
        finally:
            state.close()
    except sa.exc.SQLAlchemyError as error:
        raise HarvestError(without_secrets(f"harvest's state failed: {in_words(error, place)}")) from error


def known_to_harvest(harvested: Harvested, urls: Iterable[str], domains: Collection[str]) -> set[str]:
    """The URLs that harvest's state knows of some pages and domains; none where it cannot be reached."""
    if harvested.why_no_state() or (place := harvested.place()) is None:
        return set()
    try:
        with _opened(place) as state:
            return state.known(urls, domains)
    except HarvestError:
        return set()


def out_of_harvest(
    harvested: Harvested, is_removed: IsRemoved, named: Callable[[str], bool], say: Callable[[str], None]
) -> list[str]:
    """Clear all of it; return one line for each thing that could not be reached, and that may hold the pages still.

    ``named`` tells of a line of text whether it names one of the pages. Hold ``harvest_at_rest``.
    """
    if not harvested.is_there():
        return []
    cuts = Cuts(is_removed)
    found = look_through(harvested.folder, cuts)
    left = _out_of_the_state(harvested, is_removed, _Owed.of(cuts) | _Owed.read(harvested.folder), say)
    for cut in found:
        cut.carry_out()
    if records := sum(cut.records for cut in found):
        files = sum(1 for cut in found if cut.records)
        gone = sum(1 for cut in found if cut.is_empty)
        say(
            f"harvest: {records:,} records cut out of {files:,} WARCs"
            + (f", {gone:,} of which are gone" if gone else "")
        )
    lines = _out_of_the_reports(harvested.folder / "reports", lambda line: named(line) or names(line, is_removed))
    if lines:
        say(f"harvest: {lines:,} lines of its reports removed")
    return [*left, *cuts.problems]


@dataclass(frozen=True, slots=True)
class _Owed:
    """What the WARCs alone told, and the state must hear: kept for as long as it cannot be reached.

    ``leading``: keys of pages that lead to what is gone; ``records``: ids of records that are gone. Neither names any.
    """

    leading: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()

    @classmethod
    def of(cls, cuts: Cuts) -> _Owed:
        keys = (key_of("page", url, "") for url in cuts.leading)
        return cls(frozenset(key for key in keys if key), frozenset(cuts.ids))

    @classmethod
    def read(cls, folder: Path) -> _Owed:
        """What was kept, if anything was."""
        file = folder / _OWED
        value = json.loads(file.read_text()) if file.is_file() else {"leading": (), "records": ()}
        return cls(frozenset(value["leading"]), frozenset(value["records"]))

    def __or__(self, other: _Owed) -> _Owed:
        return _Owed(self.leading | other.leading, self.records | other.records)

    def write(self, folder: Path) -> None:
        """Keep it until the state is reached; before the records go that tell it."""
        beside = folder / f"{_OWED}.new"
        beside.write_text(json.dumps({"leading": sorted(self.leading), "records": sorted(self.records)}))
        beside.replace(folder / _OWED)


def _out_of_the_state(
    harvested: Harvested, is_removed: IsRemoved, owed: _Owed, say: Callable[[str], None]
) -> list[str]:
    place, why = harvested.place(), harvested.why_no_state()
    if place is None and why is None:
        return []
    try:
        if place is None or why is not None:
            raise HarvestError(str(why))
        with _opened(place) as state:
            rows = state.forget(is_removed, owed.leading, owed.records)
            is_clean = state.leave_no_byte()
    except HarvestError as error:
        owed.write(harvested.folder)
        return [f"{error}; give the command again, so that it forgets the addresses too"]
    (harvested.folder / _OWED).unlink(missing_ok=True)
    if rows:
        say(f"harvest: {rows:,} addresses forgotten")
    return [] if is_clean else [f"{place} is being read by another process: give the command again when it has ended"]


def _out_of_the_reports(folder: Path, named: Callable[[str], bool]) -> int:
    """Take the problems that name a page out of the reports of past harvests."""
    lines = 0
    for file in sorted(folder.glob("*.json")):
        report = json.loads(file.read_text(encoding="utf-8"))
        kept = [problem for problem in report["problems"] if not named(problem)]
        if len(kept) < len(report["problems"]):
            lines += len(report["problems"]) - len(kept)
            beside = file.with_suffix(".new")
            beside.write_text(json.dumps({**report, "problems": kept}, indent=1, ensure_ascii=False), encoding="utf-8")
            beside.replace(file)
    for beside in folder.glob("*.new"):
        beside.unlink()
    return lines
