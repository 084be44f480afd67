"""Dates: one written form a row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.values.dates import parse_date

LATEST = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "instant", "precision", "zone"),
    [
        ("2022-02-02", "2022-02-02T00:00:00", "day", None),
        ("20220202", "2022-02-02T00:00:00", "day", None),
        ("2022-02-02T19:14+0100", "2022-02-02T18:14:00", "minute", "+01:00"),
        ("2022-02-02T19:14:05.1230000Z", "2022-02-02T19:14:05", "second", "+00:00"),
        ("2022-02-02 19:14:05", "2022-02-02T19:14:05", "second", None),
        ("2022-02-02 19:14:05 -0500", "2022-02-03T00:14:05", "second", "-05:00"),
        ("2022-02-02T19:14:05+01:00[Europe/Paris]", "2022-02-02T18:14:05", "second", "+01:00"),
        ("1643825640", "2022-02-02T18:14:00", "second", "+00:00"),
        ("1643825640000", "2022-02-02T18:14:00", "second", "+00:00"),
        ("Wed, 02 Feb 2022 18:14:00 GMT", "2022-02-02T18:14:00", "second", "+00:00"),
        ("Wed Feb 02 2022 19:14:05 GMT+0100 (CET)", "2022-02-02T18:14:05", "second", "+01:00"),
        ("Thu Nov 20 09:30:00 CET 2025", "2025-11-20T08:30:00", "second", "+01:00"),
        ("February 2, 2022 7:14 pm EST", "2022-02-03T00:14:00", "minute", "-05:00"),
        ("Jul. 5, 2023 5:00 am ET", "2023-07-05T09:00:00", "minute", "-04:00"),
        ("7:14 PM · Feb 2, 2022", "2022-02-02T19:14:00", "minute", None),
        ("2. Februar 2022, 19.14 Uhr", "2022-02-02T19:14:00", "minute", None),
        ("02.02.2022 - 19:14 Uhr", "2022-02-02T19:14:00", "minute", None),
        ("2 août 2022 à 19h14", "2022-08-02T19:14:00", "minute", None),
        ("3 de febrero de 2022", "2022-02-03T00:00:00", "day", None),
        ("3 февраля 2022", "2022-02-03T00:00:00", "day", None),
        ("2022年2月3日 19時14分", "2022-02-03T19:14:00", "minute", None),
        ("2022. 2. 3. 오후 7:14", "2022-02-03T19:14:00", "minute", None),
        ("5 Tháng 3, 2023", "2023-03-05T00:00:00", "day", None),
        ("٢٠٢٢-٠٢-٠٣", "2022-02-03T00:00:00", "day", None),
        ("May 5th, 2021", "2021-05-05T00:00:00", "day", None),
    ],
)
def test_a_written_form_is_read(raw: str, instant: str, precision: str, zone: str | None) -> None:
    parsed = parse_date(raw, latest=LATEST)
    assert parsed is not None
    assert parsed.instant == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert (parsed.precision, parsed.zone) == (precision, zone)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "yesterday",
        "2 hours ago",
        "March 2023",
        "0001-01-01T00:00:00",
        "9999-12-31",
        "0",
        "2022-13-45",
        "1970-01-01T00:00:00Z",
    ],
)
def test_what_is_no_plausible_date_is_null(raw: str) -> None:
    assert parse_date(raw, latest=LATEST) is None


def test_a_date_after_the_last_plausible_instant_is_null() -> None:
    assert parse_date("2026-11-26T00:00:00Z", latest=LATEST) is None
    assert parse_date("2026-11-24T23:00:00Z", latest=LATEST) is not None


@pytest.mark.parametrize(
    ("language", "day_first", "expected"),
    [
        ("en-US", None, "2022-02-03"),
        ("en", None, "2022-02-03"),
        (None, None, "2022-02-03"),
        ("en-GB", None, "2022-03-02"),
        ("fr", None, "2022-03-02"),
        ("fr", False, "2022-02-03"),
        ("en-US", True, "2022-03-02"),
    ],
)
def test_slashes_are_read_as_the_language_writes_them(
    language: str | None, day_first: bool | None, expected: str
) -> None:
    parsed = parse_date("02/03/2022", language=language, day_first=day_first, latest=LATEST)
    assert parsed is not None
    assert parsed.instant.date().isoformat() == expected


def test_a_number_above_twelve_can_only_be_the_day() -> None:
    for raw in ("13/02/2022", "02/13/2022"):
        parsed = parse_date(raw, language="en-US", latest=LATEST)
        assert parsed is not None
        assert parsed.instant.date().isoformat() == "2022-02-13"


def test_listopad_is_october_in_croatian_and_november_elsewhere() -> None:
    months = [parse_date("5. listopada 2022", language=tag, latest=LATEST) for tag in ("hr", "pl")]
    assert [parsed.instant.month for parsed in months if parsed] == [10, 11]


@given(st.text(max_size=80))
def test_no_string_raises(raw: str) -> None:
    parsed = parse_date(raw, latest=LATEST)
    assert parsed is None or (parsed.instant.tzinfo is UTC and parsed.instant <= LATEST)


@given(st.datetimes(datetime(1700, 1, 1), datetime(2026, 11, 1)))
def test_iso_strings_come_back_as_they_went_in(instant: datetime) -> None:
    parsed = parse_date(instant.isoformat(timespec="seconds") + "Z", latest=LATEST)
    assert parsed is None or parsed.instant == instant.replace(microsecond=0, tzinfo=UTC)


def test_a_mails_year_of_two_digits_is_of_this_century() -> None:
    parsed = parse_date("Wed, 02 Oct 24 08:00 +0200")
    assert parsed is not None
    assert (parsed.instant.isoformat(), parsed.zone) == ("2024-10-02T06:00:00+00:00", "+02:00")
