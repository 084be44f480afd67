"""Time zones as news pages write them: an offset or an abbreviation -> minutes from UTC.

What belongs here: zones in a short text, and how an offset is written. What does not: the date and the time beside them
(``dates``).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_OFFSET = re.compile(r"(?:(?:UTC|GMT)\s*)?([+-\u2212])(\d{1,2})(?::?(\d{2}))?(?!\d)|\bZ\b", re.I)
_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "UT": 0,
    "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "WAT": 60,
    "CEST": 120, "MESZ": 120, "EET": 120, "SAST": 120, "CAT": 120,
    "EEST": 180, "MSK": 180, "EAT": 180, "TRT": 180,
    "GST": 240, "PKT": 300, "IST": 330, "NPT": 345, "WIB": 420,
    "HKT": 480, "SGT": 480, "MYT": 480, "PHT": 480, "PST8": 480, "AWST": 480, "WITA": 480,
    "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780,
    "NDT": -150, "NST": -210, "ADT": -180, "BRT": -180, "ART": -180, "AST": -240, "EDT": -240,
    "EST": -300, "CDT": -300, "CST": -360, "MDT": -360, "MST": -420, "PDT": -420,
    "PST": -480, "AKDT": -480, "AKST": -540, "HST": -600,
}  # fmt: skip
_SEASONAL = {"ET": -300, "CT": -360, "MT": -420, "PT": -480}  # minutes in winter; North American summer time applies


def zone_in(text: str, year: int, month: int, day: int) -> int | None:
    """Minutes from UTC named right after a time."""
    offset = _OFFSET.search(text[:24])
    if offset:
        return minutes_of(offset[1] + offset[2] + (offset[3] or "")) if offset[1] else 0
    for word in re.findall(r"\b[A-Z]{1,5}\b", text[:24]):
        minutes = named_zone(word, year, month, day)
        if minutes is not None:
            return minutes
    return None


def named_zone(name: str, year: int, month: int, day: int) -> int | None:
    """Minutes from UTC of a zone by its abbreviation, on a day where it has summer time; null where it is none."""
    name = name.upper()
    if name in _SEASONAL:
        try:
            return _SEASONAL[name] + (60 if _north_american_summer(date(year, month, day)) else 0)
        except ValueError:
            return None
    return _ZONES.get(name)


def _north_american_summer(day: date) -> bool:
    """From the second Sunday of March to the first Sunday of November, as since 2007; by the day."""
    march, november = date(day.year, 3, 8), date(day.year, 11, 1)
    start = march + timedelta(days=(6 - march.weekday()) % 7)
    end = november + timedelta(days=(6 - november.weekday()) % 7)
    return start <= day < end


def minutes_of(offset: str) -> int | None:
    """Minutes from UTC of an offset: +0100, -3, +05:30; null where it is none."""
    digits = re.sub(r"\D", "", offset)
    hours, minutes = (int(digits[:2]), int(digits[2:4] or 0)) if len(digits) != 3 else (int(digits[0]), int(digits[1:]))
    if hours > 14 or minutes > 59:
        return None
    return (-1 if offset[0] in "-\u2212" else 1) * (hours * 60 + minutes)


def written(offset: int | None) -> str | None:
    """An offset in minutes, as ISO 8601 writes it: +01:00."""
    if offset is None:
        return None
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
