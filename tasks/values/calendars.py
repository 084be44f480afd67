"""Days in other calendars than the Gregorian, as news pages write them: Solar Hijri, Buddhist, Minguo, Reiwa.

What belongs here: from such a written day to a Gregorian one. What does not: Gregorian dates (``dates``).

The Islamic lunar calendar is not here: pages that show it show the Gregorian day beside it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_SOLAR_MONTHS: Final = (
    ("فروردین",), ("اردیبهشت",), ("خرداد",), ("تیر",), ("مرداد", "امرداد"), ("شهریور",),
    ("مهر",), ("آبان", "ابان"), ("آذر", "اذر"), ("دی",), ("بهمن",), ("اسفند",),
)  # fmt: skip
_SOLAR_NUMBER: Final = {name: number for number, names in enumerate(_SOLAR_MONTHS, 1) for name in names}
_NAMED = re.compile(r"(?<!\d)(\d{1,2})\s+(" + "|".join(_SOLAR_NUMBER) + r")(?:\s*ماه)?[\s,،]+(1[34]\d\d)(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(1[34]\d\d)\s?[/-]\s?(0?[1-9]|1[0-2])\s?[/-]\s?([0-2]?\d|3[01])(?!\d)")
_ERA = re.compile(r"(令和|平成|民國|民国|中華民國)\s*(元|\d{1,3})\s*年")
_BEFORE_ERA: Final = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911, "中華民國": 1911}
_BUDDHIST = re.compile(r"(?<!\d)25[4-9]\d(?!\d)")
_THAI_SHORT: Final = {
    "ม.ค.": "มกราคม", "ก.พ.": "กุมภาพันธ์", "มี.ค.": "มีนาคม", "เม.ย.": "เมษายน", "พ.ค.": "พฤษภาคม",
    "มิ.ย.": "มิถุนายน", "ก.ค.": "กรกฎาคม", "ส.ค.": "สิงหาคม", "ก.ย.": "กันยายน", "ต.ค.": "ตุลาคม",
    "พ.ย.": "พฤศจิกายน", "ธ.ค.": "ธันวาคม",
}  # fmt: skip
_THAI = re.compile("|".join(re.escape(name) for name in sorted(_THAI_SHORT, key=len, reverse=True)))
_FIRST_SOLAR, _LAST_SOLAR = 1250, 1500  # from the first printed newspapers on


def in_gregorian(text: str) -> str:
    """The text with its one foreign day, year or month written as pages in the Gregorian calendar do.

    Digits are ASCII already. A text without such a day is given back as it is.
    """
    if text.isascii():
        match = _NUMBERS.search(text)
        # 1402/11/18 can be no Gregorian day of a page: printing was not yet invented.
        return _replaced(text, match, int(match[1]), int(match[2]), int(match[3])) if match else text
    match = _NAMED.search(text)
    if match:
        return _replaced(text, match, int(match[3]), _SOLAR_NUMBER[match[2]], int(match[1]))
    match = _NUMBERS.search(text)
    if match:
        return _replaced(text, match, int(match[1]), int(match[2]), int(match[3]))
    match = _ERA.search(text)
    if match:
        year = _BEFORE_ERA[match[1]] + (1 if match[2] == "元" else int(match[2]))
        return f"{text[: match.start()]}{year}年{text[match.end() :]}"
    if any("\u0e00" <= character <= "\u0e7f" for character in text):
        text = _THAI.sub(lambda short: f" {_THAI_SHORT[short[0]]} ", text)
        return _BUDDHIST.sub(lambda year: str(int(year[0]) - 543), text)
    return text


def _replaced(text: str, match: re.Match[str], year: int, month: int, day: int) -> str:
    found = solar_hijri(year, month, day)
    return f"{text[: match.start()]}{found.isoformat()}{text[match.end() :]}" if found else text


def solar_hijri(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a day in the Solar Hijri calendar; null where there is no such day.

    By the 2820-year cycle's arithmetic (Birashk), which agrees with the observed calendar from 1244 to 1502.
    """
    if not (_FIRST_SOLAR <= year <= _LAST_SOLAR and 1 <= month <= 12 and 1 <= day <= (31 if month <= 6 else 30)):
        return None
    since = year - 474
    in_cycle = 474 + since % 2820
    before_month = (month - 1) * 31 if month <= 7 else (month - 1) * 30 + 6
    days = day + before_month + (in_cycle * 682 - 110) // 2816 + (in_cycle - 1) * 365 + since // 2820 * 1_029_983
    return date(622, 3, 21) + timedelta(days=days)
