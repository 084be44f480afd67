"""A source that falls silent, or whose pages stop being articles, is told by its own habit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tasks.release.source_health import SourceWarning, source_warnings

START = datetime(2026, 11, 2, 6, tzinfo=UTC)  # a Monday
MICROSECONDS = pl.Datetime("us", "UTC")


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def articles(*days: float, source: str | None = "times", each: int = 1) -> list[dict[str, Any]]:
    return [
        {"source": source, "article_id": f"{source}-{day}-{number}", "ingested_at": at(day)}
        for day in days
        for number in range(each)
    ]


def rejected(*days: float, each: int, reason: str = "no_content") -> list[dict[str, Any]]:
    return [{"source": "times", "reason": reason, "ingested_at": at(day)} for day in days for _ in range(each)]


def told(
    documents: list[dict[str, Any]], rejects: list[dict[str, Any]] | None = None, now: datetime | None = None
) -> list[SourceWarning]:
    text, moment = pl.String, MICROSECONDS
    return source_warnings(
        pl.LazyFrame(documents, {"source": text, "article_id": text, "ingested_at": moment}),
        pl.LazyFrame(rejects or [], {"source": text, "reason": text, "ingested_at": moment}),
        now,
    )


DAILY = tuple(range(10))
WORKING_HOURS = tuple(day + hour / 24 for day in range(26) if day % 7 < 5 for hour in range(12))


def test_a_daily_source_is_silent_after_three_days() -> None:
    assert told(articles(*DAILY), now=at(12)) == []
    assert told(articles(*DAILY), now=at(12.5)) == [SourceWarning("times", "silent", 3.0, 3.5)]


def test_a_source_with_something_new_each_hour_is_silent_after_two_days_and_not_before() -> None:
    hourly = [hour / 24 for hour in range(24 * 6)]
    assert told(articles(*hourly), now=at(hourly[-1] + 1.9)) == []
    assert [one.kind for one in told(articles(*hourly), now=at(hourly[-1] + 2.1))] == ["silent"]


def test_weekends_are_habit() -> None:
    friday_evening = max(WORKING_HOURS)
    assert told(articles(*WORKING_HOURS), now=at(friday_evening + 2.5)) == []
    assert len(told(articles(*WORKING_HOURS), now=at(friday_evening + 3.5))) == 1


def test_one_outage_before_does_not_excuse_the_next() -> None:
    days = (0, 1, 2, 3, 20, 21, 22, 23)
    assert len(told(articles(*days), now=at(27))) == 1


@pytest.mark.parametrize("days", [(), (0,), (0, 1, 2), tuple(hour / 24 for hour in range(20))])
def test_a_source_of_less_than_four_days_has_no_habit(days: tuple[float, ...]) -> None:
    assert told(articles(*days), now=at(60)) == []


def test_a_source_that_was_given_up_is_told_for_ninety_days() -> None:
    assert len(told(articles(*DAILY), now=at(9 + 3 + 89))) == 1
    assert told(articles(*DAILY), now=at(9 + 3 + 91)) == []


def test_a_new_text_of_an_old_article_is_no_new_article() -> None:
    later = [{**articles(9)[0], "ingested_at": at(14)}]
    assert len(told(articles(*DAILY) + later, now=at(14))) == 1


def test_pages_given_by_path_have_no_source_to_warn_of() -> None:
    assert told(articles(*DAILY, source=None), now=at(40)) == []


def test_without_a_clock_the_newest_row_is_now() -> None:
    others = articles(*range(16), source="echo")
    assert told(articles(*DAILY) + others) == [SourceWarning("times", "silent", 3.0, 6.0)]
    assert told([]) == []


def test_a_source_whose_newest_pages_are_rejected_is_told() -> None:
    documents = articles(*DAILY, each=10)
    assert told(documents, rejected(*DAILY, each=2)) == []
    (warning,) = told(documents, rejected(*DAILY, each=2) + rejected(10, 11, each=15))
    assert warning == SourceWarning("times", "rejected", 0.1667, 1.0, 30)
    assert str(warning) == "source times: 100% of its newest 30 pages were rejected, 17% of those before"


def test_a_few_rejects_are_chance_and_removals_say_nothing_of_the_source() -> None:
    documents = articles(*DAILY, each=10)
    assert told(documents, rejected(10, each=19)) != []
    assert told(documents + articles(10, each=15), rejected(10, each=5)) == []
    assert told(documents, rejected(10, each=40, reason="removed")) == []


def test_a_source_with_few_pages_before_has_nothing_to_be_compared_with() -> None:
    assert told(articles(*DAILY), rejected(10, each=40)) == []
