from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.values.calendars import in_gregorian, solar_hijri
from tasks.values.dates import parse_date


@pytest.mark.parametrize(
    ("written", "gregorian"),
    [
        ((1402, 1, 1), date(2023, 3, 21)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1402, 11, 18), date(2024, 2, 7)),
        ((1357, 11, 22), date(1979, 2, 11)),
    ],
)
def test_a_solar_hijri_day_is_that_gregorian_day(written: tuple[int, int, int], gregorian: date) -> None:
    assert solar_hijri(*written) == gregorian


@given(st.integers(1300, 1450), st.integers(1, 12), st.integers(1, 28))
def test_days_follow_one_another(year: int, month: int, day: int) -> None:
    today, tomorrow = solar_hijri(year, month, day), solar_hijri(year, month, day + 1)
    assert today is not None
    assert tomorrow == today + timedelta(days=1)


@pytest.mark.parametrize(
    ("raw", "instant"),
    [
        ("تاریخ انتشار: ۱۸ بهمن ۱۴۰۲ - ۰۹:۳۰", "2024-02-07T09:30:00+00:00"),
        ("1402/11/18", "2024-02-07T00:00:00+00:00"),
        ("เผยแพร่: 7 ก.พ. 2567 10:15", "2024-02-07T10:15:00+00:00"),
        ("7 กุมภาพันธ์ 2567", "2024-02-07T00:00:00+00:00"),
        ("令和6年2月7日", "2024-02-07T00:00:00+00:00"),
        ("令和元年5月1日", "2019-05-01T00:00:00+00:00"),
        ("民國113年2月7日", "2024-02-07T00:00:00+00:00"),
        ("अप्रैल 30, 2024 18:20 IST", "2024-04-30T12:50:00+00:00"),
        ("٧ فبراير ٢٠٢٤ - ١٠:١٥ م", "2024-02-07T22:15:00+00:00"),
        ("7-Feb-24", "2024-02-07T00:00:00+00:00"),
        ("07/02/2024 às 08h30", "2024-02-07T08:30:00+00:00"),
    ],
)
def test_dates_of_other_calendars_and_scripts_are_read(raw: str, instant: str) -> None:
    parsed = parse_date(raw)
    assert parsed is not None
    assert parsed.instant.isoformat() == instant


@pytest.mark.parametrize("text", ["5 March 2023", "2024-02-07T10:15:00Z", "1402 visitors", "Room 1300/40"])
def test_what_is_no_foreign_day_stays(text: str) -> None:
    assert in_gregorian(text) == text
