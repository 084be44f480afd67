"""The steps of a removal, in an order that a crash cannot turn against it.

What belongs here: the order. First the journal, so that what was begun is known; then the tombstones, so that no later
run takes the pages in; then the store, what harvest keeps, the folders of runs under way, the log, the releases; the
journal goes last. Every step leaves a done one alone, so the same call makes an interrupted removal whole. What does
not: each step's work.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tasks.deduplication import Thresholds, place
from tasks.harvest.screening import IsRemoved, nothing_is
from tasks.harvest.screening import names as names_removed
from tasks.release.facts import CopyRule
from tasks.release.removal import PlaceAgain
from tasks.release.rewriting import rewrite_releases
from tasks.removal.edges import inherited
from tasks.removal.harvested import Harvested, harvest_at_rest, out_of_harvest
from tasks.removal.journal import Order
from tasks.removal.targets import RemovalError
from tasks.schema import Placements
from tasks.shard.folders import BusyError, FolderLock, passing_folder
from tasks.storage import Location
from tasks.store import Store
from tasks.store.erasure import bury, erase, forget_uncommitted
from tasks.store.tombstones import is_removed_by, tombstones_of

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where things lie: work, log and harvest in the data folder; store, releases and a state there or elsewhere."""

    store: Location
    releases: Location
    work: Path
    log: Path
    harvested: Harvested


def carry_out(order: Order, places: Places, say: Say = lambda _: None) -> list[str]:
    """Remove what the order names, from its first step or from where an interruption left it.

    Returns a line for each thing of harvest's that could not be reached: :func:`clear_again` does it when it can.
    ``say`` is told each step that did something. Raises StoreError or ReleaseError with one line; what was done stays
    done, and the same call goes on. Raises :class:`RemovalError` while a run or a harvest is at work; then nothing was
    done.
    """
    store = Store(places.store)
    with _work_at_rest(places.work) as folders, harvest_at_rest(places.harvested), store.writing():
        order.write(places.store)
        _out_of_the_store(order, store)
        say(f"store: {order.counts['documents']:,} documents and {order.counts['rejects']:,} rejects removed")
        is_removed = is_removed_by(store.tombstones()) or nothing_is
        named = _naming(order, is_removed)
        left = out_of_harvest(places.harvested, is_removed, named, say)
        runs = _out_of_the_work(folders)
        if runs:
            say(f"work: {runs:,} interrupted runs thrown away; given again, they start anew")
        _out_of_the_log(places.log, named, say)
    with passing_folder(places.work, "removal") as staging:
        for release, counts in rewrite_releases(places.releases, order.of_releases(), _placing_again(store), staging):
            said = ", ".join(f"{count:,} {table}" for table, count in counts.items() if count)
            say(f"release {release.version} rewritten: {said or 'what its change tables named'} removed")
    Order.forget(places.store)
    return left


def clear_again(order: Order, places: Places, say: Say = lambda _: None) -> list[str]:
    """Clear what holds pages still that were removed before; ``order`` names them. Returns what :func:`carry_out` does.

    That may be files of a run that died while it wrote into the store, and what harvest keeps: an earlier removal may
    not have reached its state, and knew nothing of its WARCs before there was a version that does.
    """
    store = Store(places.store)
    with _work_at_rest(places.work), harvest_at_rest(places.harvested), store.writing():
        files = forget_uncommitted(store)
        if files:
            say(f"store: {files:,} files that no version holds removed")
        is_removed = is_removed_by(store.tombstones()) or nothing_is
        named = _naming(order, is_removed)
        left = out_of_harvest(places.harvested, is_removed, named, say)
        _out_of_the_log(places.log, named, say)
    return left


def _out_of_the_store(order: Order, store: Store) -> None:
    tombstones = tombstones_of(
        order.pages, order.domains, reason=order.reason, removal_id=order.removal_id, removed_at=order.moment
    )
    bury(store, order.removal_id, tombstones)
    version = store.version()
    if version is None:
        return
    goes = order.of_releases().takes_reject()
    facts = {"removal": {"date": order.moment.date().isoformat(), "reason": order.reason, **order.counts}}
    erase(
        store,
        order.removal_id,
        order.article_ids,
        inherited(store.documents(version), list(order.article_ids)),
        (lambda rows: rows.select(goes).to_series()) if order.counts["rejects"] else None,
        facts,
    )


@contextmanager
def _work_at_rest(work: Path) -> Iterator[list[Path]]:
    """The folders of dead runs, held. Raises :class:`RemovalError` while a living run or publish holds one of them."""
    folders = [folder for folder in work.iterdir() if folder.is_dir()] if work.is_dir() else []
    with ExitStack() as held:
        for folder in folders:
            try:
                held.callback(FolderLock(folder).release)
            except BusyError:
                raise RemovalError(
                    f"a run is at work in {folder} and may hold the pages: wait for its end, then say it again"
                ) from None
        yield folders


def _out_of_the_work(folders: list[Path]) -> int:
    """Throw away what dead runs have extracted: it may hold the pages. Their inputs are read again."""
    for folder in folders:
        shutil.rmtree(folder)
    return sum(not folder.name.startswith(("publish-", "removal-")) for folder in folders)


def _naming(order: Order, is_removed: IsRemoved) -> Callable[[str], bool]:
    """Tells of a line whether it names one of the pages or domains."""
    names = sorted({*(url for _, url in order.pages), *order.reject_urls, *order.domains})
    return lambda line: any(name in line for name in names) or ("://" in line and names_removed(line, is_removed))


def _out_of_the_log(log: Path, named: Callable[[str], bool], say: Say) -> None:
    """Drop the lines of the log, and of those before it, that name one of the pages or domains."""
    lines = sum(_without_lines(one, named) for one in (log, *log.parent.glob(f"{log.name}.[0-9]")) if one.is_file())
    if lines:
        say(f"log: {lines:,} lines removed")


def _without_lines(log: Path, named: Callable[[str], bool]) -> int:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    kept = [line for line in lines if not named(line)]
    if len(kept) < len(lines):
        beside = log.with_name(f"{log.name}.new")
        beside.write_text("".join(kept), encoding="utf-8")
        beside.replace(log)
    return len(lines) - len(kept)


def _placing_again(store: Store) -> PlaceAgain:
    """Place the members of a broken cluster by the store's match edges, as if they were all there is."""

    def again(members: pl.DataFrame, rule: CopyRule) -> pl.DataFrame:
        key = ["article_id", "payload_sha256", "run_id"]
        held = store.documents(store.version()).drop("text")
        some = held.join(members.lazy().select(key).unique(), on=key, how="semi").collect(engine="streaming")
        thresholds = Thresholds(rule.jaccard, rule.containment, rule.least_jaccard)
        return place(some.lazy(), thresholds) if some.height else Placements.create_empty()

    return again
