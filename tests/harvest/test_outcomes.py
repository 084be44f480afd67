"""What follows from an answer."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.harvest.client import Response
from tasks.harvest.outcomes import DAY, FIRST_RETRY, MOST_FAILURES, after_response, failed, retry_after
from tasks.harvest.records import Earlier, Written
from tasks.harvest.source import HarvestSource
from tasks.harvest.state import Found, Page

URL = "https://times.example.org/a"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOURCE = HarvestSource("times", "feed", (), "tests/1 (+mailto:tests@example.org)", interval=600.0)
WRITTEN = Written(b"", "<urn:uuid:new>", "2026-03-02T12:00:00Z", "sha1:NEW", is_revisit=False)
EARLIER = Earlier("<urn:uuid:old>", "2026-03-01T12:00:00Z", URL, "sha1:OLD")
PAGE = Page("key", "page", "times", "times.example.org", URL)
LISTING = Page("key", "listing", "times", "times.example.org", URL)


def response(status: int, body: bytes = b"", **headers: str) -> Response:
    named = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return Response(URL, status, "", "1.1", named, body, b"", None, NOW, 5)


def test_a_fetched_page_is_never_due_again_unless_its_source_revisits() -> None:
    outcome = after_response(PAGE, SOURCE, response(200, b"x", ETag='"1"'), WRITTEN)
    assert (outcome.result, outcome.due_at, outcome.etag) == ("fetched", None, '"1"')
    assert outcome.earlier == Earlier("<urn:uuid:new>", "2026-03-02T12:00:00Z", URL, "sha1:NEW")
    revisiting = HarvestSource("times", "feed", (), "t (+mailto:t@example.org)", revisit=60.0)
    assert after_response(PAGE, revisiting, response(200), WRITTEN).due_at == NOW.timestamp() + 60


@pytest.mark.parametrize(
    ("status", "failures", "again"), [(404, 0, DAY), (404, 1, 7 * DAY), (404, 2, None), (410, 0, None)]
)
def test_a_missing_page_is_asked_for_twice_more_and_a_gone_one_never(
    status: int, failures: int, again: float | None
) -> None:
    page = Page("key", "page", "times", "times.example.org", URL, failures=failures)
    outcome = after_response(page, SOURCE, response(status), WRITTEN)
    assert outcome.result == "gone"
    assert outcome.due_at == (again and NOW.timestamp() + again)


def test_a_declared_listing_that_is_gone_is_looked_for_once_a_week() -> None:
    assert after_response(LISTING, SOURCE, response(410), WRITTEN).due_at == NOW.timestamp() + 7 * DAY


def test_what_was_fetched_before_stays_known_after_a_failure() -> None:
    page = Page("k", "page", "times", "h", URL, fetched_at=5.0, etag='"1"', earlier=EARLIER, failures=3)
    for outcome in (failed(page, "timeout", 10.0), after_response(page, SOURCE, response(500), WRITTEN)):
        assert (outcome.fetched_at, outcome.etag, outcome.earlier) == (5.0, '"1"', EARLIER)
        assert outcome.failures == 4
    assert after_response(page, SOURCE, response(304), WRITTEN).failures == 0


@given(st.integers(0, 10_000), st.floats(0, 1e9))
def test_a_failure_waits_longer_each_time_at_most_some_hours_more_than_a_day(failures: int, now: float) -> None:
    listing = Page("key", "listing", "times", "h", URL, failures=failures)
    outcome = failed(listing, "timeout", now)
    assert outcome.due_at is not None
    wait = outcome.due_at - now
    doubled = min(FIRST_RETRY * 2.0 ** min(failures, 100), DAY)
    assert 0.74 * doubled <= wait <= 1.26 * doubled
    page = Page("key", "page", "times", "h", URL, failures=failures)
    assert (failed(page, "timeout", now).due_at is None) == (failures + 1 >= MOST_FAILURES)


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [(429, "120", 120), (503, "0", 0), (429, "999999999999", DAY), (429, "-5", None), (429, "soon", None),
     (429, "", None), (200, "120", None), (500, "120", None), (429, "१२", None)],
)  # fmt: skip
def test_retry_after_is_read_in_seconds_a_day_at_most(status: int, value: str, seconds: float | None) -> None:
    assert retry_after(response(status, Retry_After=value)) == seconds


def test_retry_after_is_read_as_a_date_too() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=100))
    found = retry_after(response(503, Retry_After=soon))
    assert found is not None
    assert 0 < found <= 100
    assert retry_after(response(503, Retry_After="Mon, 02 Mar 2020 12:00:00 GMT")) == 0


@pytest.mark.parametrize(
    ("location", "target"),
    [("/b", "https://times.example.org/b"), ("//other.example.org/b", "https://other.example.org/b"),
     ("https://other.example.org/b", "https://other.example.org/b"), ("?page=2", "https://times.example.org/a?page=2")],
)  # fmt: skip
def test_a_redirect_is_the_way_to_another_page(location: str, target: str) -> None:
    outcome = after_response(PAGE, SOURCE, response(302, Location=location), WRITTEN)
    assert outcome.result == "redirected"
    assert outcome.found == (Found("page", target, URL, {}, hops=1),)
    assert outcome.due_at is None


@pytest.mark.parametrize(
    "location", ["", "javascript:alert(1)", "file:///etc/passwd", "http://", "https://[::1", "\x00"]
)
def test_a_redirect_to_what_is_no_page_is_a_failure(location: str) -> None:
    assert after_response(PAGE, SOURCE, response(302, Location=location), WRITTEN).reason in (
        "bad_redirect",
        "redirect_loop",
    )


def test_a_sitemap_of_an_index_that_stays_the_same_is_asked_for_less_and_less() -> None:
    deep = Page("k", "listing", "times", "h", URL, depth=1, quiet=3, earlier=EARLIER)
    outcome = after_response(deep, SOURCE, response(304), WRITTEN)
    assert outcome.due_at == NOW.timestamp() + 600 * 2**4
    declared = Page("k", "listing", "times", "h", URL, quiet=3, earlier=EARLIER)
    assert after_response(declared, SOURCE, response(304), WRITTEN).due_at == NOW.timestamp() + 600


@given(st.binary(max_size=300), st.sampled_from([200, 204, 206, 301, 304, 400, 404, 429, 451, 500, 599]))
def test_any_answer_to_a_listing_has_an_outcome(body: bytes, status: int) -> None:
    outcome = after_response(LISTING, SOURCE, response(status, body, Location=body.decode("latin-1")), WRITTEN)
    assert outcome.due_at is None or outcome.due_at >= NOW.timestamp()
