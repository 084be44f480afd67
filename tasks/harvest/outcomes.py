"""What follows from an answer: is it kept, who is named by it, and when is it asked again.

What belongs here: the policy, as pure functions of a page, its source and a response. What does not: requests
(``client``), records (``records``) and the tables (``state``). The same functions serve the live harvest and the
replay of a WARC whose harvester died.
"""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tasks.harvest.client import Response
from tasks.harvest.decoding import EncodingError, decoded_body
from tasks.harvest.discovery import DiscoveryError, Listing, read_listing
from tasks.harvest.records import Earlier, Written
from tasks.harvest.source import HarvestSource
from tasks.harvest.state import Found, Outcome, Page, key_of
from tasks.harvest.state.rows import Result
from tasks.values.urls import absolute_url

logger = logging.getLogger(__name__)

HOUR, DAY = 3600.0, 86400.0
NOT_UNDERSTOOD = "not_understood"
"""Our own mistake, met by what a server said; the log has the traceback."""
FIRST_RETRY = 30.0
LONGEST_RETRY = DAY
MOST_FAILURES = 8
"""Tries of a page before it is given up: the last one comes some hours after the first."""
GONE_AGAIN = (DAY, 7 * DAY)
"""When a page that was not found (404) is asked for again; after that never. A page that is gone (410): never."""
REFUSED_AGAIN = 7 * DAY
MOST_HOPS = 5
MOST_DEPTH = 3
LONGEST_QUIET = 7 * DAY
REDIRECTS = (301, 302, 303, 307, 308)
BUSY = (429, 503)


def after_response(page: Page, source: HarvestSource, response: Response, written: Written) -> Outcome:
    """What came of a whole response. Never raises: what a server says must not end a harvest."""
    now = response.at.timestamp()
    try:
        return _after_response(page, source, response, written, now)
    except Exception as error:  # any bug in any parser: it costs this page's answer alone
        logger.exception("%s: the answer was not understood", response.url)
        return failed(page, NOT_UNDERSTOOD, now, problem=f"{response.url}: {type(error).__name__}: {error}")


def _after_response(page: Page, source: HarvestSource, response: Response, written: Written, now: float) -> Outcome:
    if response.status == 304 and page.earlier is not None:
        return _unchanged(page, source, now, response)
    if response.status == 200:
        return _fetched(page, source, response, written, now)
    if response.status in REDIRECTS:
        return _redirected(page, source, response, now)
    reason = f"http_{response.status}"
    if response.status in (404, 410):
        return _gone(page, reason, response.status, now)
    rest = retry_after(response)
    return failed(page, reason, now, least=rest or 0.0)


def failed(page: Page, reason: str, now: float, least: float = 0.0, problem: str | None = None) -> Outcome:
    """A failure: asked again after a time that doubles with each failure in a row; a page not for ever."""
    failures = page.failures + 1
    doubled = min(FIRST_RETRY * 2.0 ** min(failures - 1, 30), LONGEST_RETRY)
    wait = max(least, doubled * random.uniform(0.75, 1.25))
    gives_up = page.role == "page" and failures >= MOST_FAILURES
    outcome = _as_before(page, "failed", None if gives_up else now + wait, now)
    return replace(outcome, reason=reason, failures=failures, problem=problem)


def refused(page: Page, now: float) -> Outcome:
    """The site's robots.txt asks us to stay away; looked at again in a week, a listing tomorrow."""
    again = REFUSED_AGAIN if page.role == "page" else DAY
    return replace(_as_before(page, "refused", now + again, now), reason="robots")


def named_elsewhere(page: Page, source: HarvestSource, found: tuple[Found, ...], now: float) -> Outcome:
    """A site's root as the location of a sitemap: what its robots.txt names is asked for in its place."""
    return replace(_as_before(page, "redirected", now + source.interval, now), found=found)


def retry_after(response: Response) -> float | None:
    """Seconds that a busy server asks for, a day at most; null where it is not busy or does not say."""
    if response.status not in BUSY:
        return None
    text = response.header("Retry-After") or ""
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), DAY)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), DAY)


def _fetched(page: Page, source: HarvestSource, response: Response, written: Written, now: float) -> Outcome:
    if written.is_revisit:
        return _unchanged(page, source, now, response)
    found: tuple[Found, ...] = ()
    problem = None
    if page.role == "listing":
        try:
            found, problem = _named(page, source, _listing(response))
        except (DiscoveryError, EncodingError) as error:
            return failed(page, "not_a_listing", now, least=source.interval, problem=f"{page.url}: {error}")
    return Outcome(
        page,
        "fetched",
        _next(page, source, now, quiet=0),
        now,
        fetched_at=now,
        etag=_kept(response.header("ETag")),
        last_modified=_kept(response.header("Last-Modified")),
        earlier=Earlier(written.record_id, written.date, response.url, written.digest or ""),
        found=found,
        problem=problem,
        bytes=len(response.body),
    )


def _unchanged(page: Page, source: HarvestSource, now: float, response: Response) -> Outcome:
    quiet = page.quiet + 1
    return Outcome(
        page,
        "unchanged",
        _next(page, source, now, quiet),
        now,
        quiet=quiet,
        fetched_at=now,
        etag=_kept(response.header("ETag")) or page.etag,
        last_modified=_kept(response.header("Last-Modified")) or page.last_modified,
        earlier=page.earlier,
        bytes=len(response.body),
    )


def _redirected(page: Page, source: HarvestSource, response: Response, now: float) -> Outcome:
    location = response.header("Location")
    target = absolute_url(response.url, location)
    key = key_of(page.role, target, page.source) if target else None
    if target is None or key is None:
        return failed(page, "bad_redirect", now, problem=f"{page.url}: Location {location!r}")
    if page.hops >= MOST_HOPS or target == response.url:
        return failed(page, "redirect_loop", now, least=HOUR)
    if page.role == "page" and not source.wants(target):
        return replace(_as_before(page, "refused", None, now), reason="excluded")
    # A page is fetched once, whoever leads to it; a listing's way is gone to its end each time, and so is the way of
    # a page to itself (http to https, or a parameter that only counts clicks).
    again = page.role == "listing" or key == page.key
    step = Found(page.role, target, page.url, page.listed, page.depth, page.hops + 1, again)
    due = now + source.interval if page.role == "listing" else None
    return replace(_as_before(page, "redirected", due, now), found=(step,))


def _gone(page: Page, reason: str, status: int, now: float) -> Outcome:
    failures = page.failures + 1
    waits = GONE_AGAIN if status == 404 else ()
    due = now + waits[failures - 1] if failures <= len(waits) else None
    if page.role == "listing" and due is None:  # somebody declared it, and may repair it
        due = now + 7 * DAY
    return replace(_as_before(page, "gone", due, now), reason=reason, failures=failures)


def _listing(response: Response) -> Listing:
    return read_listing(decoded_body(response), response.url, response.header("Content-Type"))


def _named(page: Page, source: HarvestSource, listing: Listing) -> tuple[tuple[Found, ...], str | None]:
    """The pages that belong to the source, and the further listings, but for those too deep."""
    deeper = listing.listings if page.depth < MOST_DEPTH else []
    listings = [Found("listing", url, page.url, depth=page.depth + 1) for url in deeper]
    wanted = [entry for entry in listing.entries if source.wants(entry.url)]
    pages = [Found("page", entry.url, page.url, _said(entry.to_dict(), listing.kind)) for entry in wanted]
    problems = list(listing.problems)
    if listing.kind == "html" and not listing.listings:
        problems.append("a web page that names no feed")
    if len(deeper) < len(listing.listings):
        problems.append(f"{len(listing.listings)} further listings left out: nested more than {MOST_DEPTH} deep")
    return (*listings, *pages), f"{page.url}: {'; '.join(problems)}" if problems else None


def _said(entry: dict[str, object], kind: str) -> dict[str, object]:
    """What is worth keeping of an entry, with the kind of listing that said it; nothing where it is a bare URL."""
    said = {name: value for name, value in entry.items() if name != "url"}
    return {"in": kind, **said} if said else {}


def _next(page: Page, source: HarvestSource, now: float, quiet: int) -> float | None:
    if page.role == "page":
        return None if source.revisit is None else now + source.revisit
    if page.depth == 0:
        return now + source.interval
    # One of an index: the archive of 2009 need not be asked as often as this month's.
    return now + min(source.interval * 2.0 ** min(quiet, 20), max(LONGEST_QUIET, source.interval))


def _kept(validator: str | None) -> str | None:
    return validator if validator and len(validator) <= 1000 and validator.isprintable() else None


def _as_before(page: Page, result: Result, due_at: float | None, now: float) -> Outcome:
    """An outcome that brought no new text: what was fetched before stays what is known of the page."""
    return Outcome(
        page,
        result,
        due_at,
        now,
        quiet=page.quiet,
        fetched_at=page.fetched_at,
        etag=page.etag,
        last_modified=page.last_modified,
        earlier=page.earlier,
    )
