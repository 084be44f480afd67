"""What a harvester that died left behind: its WARC cut to what is whole, read back into the state, put in its place.

What belongs here: what our own records (``reading``) say from the length on that the state knows. What does not:
reading WARCs of any kind (``tasks.sources.warc``). An exchange is whole when all its records are; what comes after
the last whole one is cut off, and its page asked for again. So is everything from the first one on whose page another
harvester asked for since: the lease of the one that died was over, and that page is fetched already.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from tasks.harvest.client import Response
from tasks.harvest.outcomes import after_response
from tasks.harvest.reading import Record, records_of, response_of
from tasks.harvest.records import Role, Written
from tasks.harvest.screening import IsRemoved, nothing_is, screened
from tasks.harvest.source import HarvestSource
from tasks.harvest.state import Found, Outcome, Page, State, key_of
from tasks.harvest.warc_file import OPEN, locked, orphans, owner_of, sync_folder

_BATCH = 64


def recover(
    folder: Path, state: State, sources: Mapping[str, HarvestSource], is_removed: IsRemoved = nothing_is
) -> int:
    """Take over every file under way whose writer is gone; return how many exchanges the state did not know of."""
    found = 0
    with locked(folder):
        for path, file in orphans(folder):
            found += _recover_file(path, file, state, sources, is_removed)
            state.drop(owner_of(path))
    return found


def _recover_file(
    path: Path, file: int, state: State, sources: Mapping[str, HarvestSource], is_removed: IsRemoved
) -> int:
    name = path.name.removeprefix(".").removesuffix(OPEN)
    known = state.committed(name)
    whole = known
    found = 0
    batch: list[Outcome] = []
    for end, response, metadata in _exchanges(file, known):
        outcome = _outcome(response, metadata, state, sources)
        if outcome is not None and _was_asked_since(outcome):
            break
        whole = end
        found += 1
        batch += [screened(outcome, is_removed)] if outcome else []
        if len(batch) >= _BATCH:
            state.record(batch, name, whole)
            batch = []
    os.ftruncate(file, whole)
    os.fsync(file)
    state.record(batch, name, whole)
    if whole == 0:
        path.unlink()
    else:
        path.rename(path.with_name(name))
        sync_folder(path.parent)
    state.forget_file(name)
    return found


def _exchanges(file: int, start: int) -> Iterator[tuple[int, Record, dict[str, str]]]:
    """Whole exchanges from a byte on: where each ends, its response, its metadata fields."""
    main: Record | None = None
    metadata: dict[str, str] = {}
    for record in records_of(file, start):
        if record.kind in ("response", "revisit"):
            main, metadata = record, {}
        elif record.kind == "metadata":
            metadata = record.fields()
        elif record.kind == "request" and main is not None:
            yield record.end, main, metadata
            main = None


def _outcome(
    record: Record, metadata: dict[str, str], state: State, sources: Mapping[str, HarvestSource]
) -> Outcome | None:
    role = cast(Role, metadata.get("role", "page"))
    if role == "robots" or "warc-truncated" in record.headers:  # a body that was not kept: asked for again
        return None
    response = response_of(record)
    name = metadata.get("source", "")
    # A source that is declared no more keeps what was fetched for it; only its own settings are not known.
    source = sources.get(name) or replace(next(iter(sources.values())), name=name, revisit=None)
    page = _page(metadata.get("asked-for", response.url), role, metadata, state, response)
    if page is None:
        return None
    digest = record.headers.get("warc-payload-digest")
    date = record.headers["warc-date"]
    return after_response(
        page, source, response, Written(b"", record.headers["warc-record-id"], date, digest, record.kind == "revisit")
    )


def _was_asked_since(outcome: Outcome) -> bool:
    """Whether the state knows a later request for the page; a record's time has whole seconds."""
    return outcome.page.asked_at is not None and outcome.page.asked_at >= outcome.asked_at + 1


def _page(url: str, role: Role, metadata: dict[str, str], state: State, response: Response) -> Page | None:
    key = key_of(role, url, metadata.get("source", ""))
    if key is None:
        return None
    page = state.page(key)
    if page is None:  # the state was lost, or is another one
        found = Found(role, url, metadata.get("via"), json.loads(metadata.get("listed", "{}")))
        state.add(metadata.get("source", ""), [found], response.at.timestamp())
        page = state.page(key)
    return page
