"""Dates as news pages write them: one string -> an instant, its precision and its zone.

What belongs here: reading a single string. What does not: which of a page's dates is the date of publication
(``tasks.extraction``), names of months (``months``), other calendars (``calendars``), and zones (``zones``).

A date is plausible from 1600 (the first printed newspapers) to two days after now: pages stamped ahead in another
time zone are kept, placeholders such as year 1 and 9999 and the instant 1970-01-01T00:00 (an unset number) are not.
A day-only date is the start of that day, and says so: its precision is ``day``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from tasks.values.calendars import in_gregorian
from tasks.values.months import month_number
from tasks.values.zones import minutes_of, named_zone, written, zone_in

FIRST_YEAR = 1600
AHEAD = timedelta(days=2)
MAX_LENGTH = 200  # characters; a date is short, and what is longer is looked at no further


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """``instant``: UTC; a time whose zone is unknown is taken as UTC. ``precision``: day, minute or second.

    ``zone``: the offset as given, ``+01:00``; null where none was given.
    """

    instant: datetime
    precision: str
    zone: str | None


_ISO = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"(?:(?:\s*T\s*|[\s,]+)(?P<H>\d{1,2})(?::?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,:]\d+)?)?)?"
    r"\s*(?P<z>Z|[A-Z]{2,5}\b)?\s*(?P<o>[+-\u2212]\s?\d{1,2}(?::?\d{2})?(?::?\d{2})?)?)?\s*(?:Z|\[.*\]|\(.*\))?$",
    re.I,
)
_EPOCH = re.compile(r"(\d{9,10})(?:\.\d+)?$|(\d{12,13})$|/Date\((\d{9,13})(?:[+-]\d{4})?\)/$")
_TIME = re.compile(
    r"(?<![\d.:/-])(?P<H>\d{1,2})\s?(?P<sep>[:.h時시点]|uhr|Uhr)\s?(?P<M>\d{2})(?!\d)(?!\.\d{2,4}(?!\d))(?:\s?[:.分분]\s?(?P<S>\d{2})(?:[.,]\d+)?(?!\d))?"
    r"[분分]?\s*(?P<ap>[ap]\.?\s?m\b\.?)?",
    re.I,
)
_CTIME = re.compile(
    r"\b([A-Za-z]{3}) +(\d{1,2}) (\d\d:\d\d(?::\d\d)? [A-Z]{2,5}) (\d{4})\b"
)  # Nov 20 09:30:00 CET 2025
_HOUR_ONLY = re.compile(r"(?<![\d.:/-])(?P<H>\d{1,2})\s?(?P<ap>[ap]\.?m\b\.?)", re.I)
_HALF_DAY = re.compile(
    r"(午後|오후|下午|晚上|مساء|ب\.ظ|بعدازظهر|(?<!\w)م(?!\w))|(午前|오전|上午|凌晨|صباح|ق\.ظ|(?<!\w)ص(?!\w))"
)
_EAST_ASIAN = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号]?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)")
# Vowel signs of Indic and Thai letters, and points of Hebrew and Arabic ones, are no letters to \w.
_WORD = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0970-\u109f])+|\d+")
# RFC 822, as feeds have it: "Wed, 02 Oct 24 08:00 GMT".
_MAIL_YEAR = re.compile(r"^((?:[A-Za-z]{3},? )?\d{1,2} [A-Za-z]{3} )(\d\d)(?= \d{1,2}:\d\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d{1,2}-[A-Za-z]{3,9}-)(\d\d)(?!\d)")  # 7-Feb-24
_THREE_DIGITS = re.compile(r"\d[^\d]*\d[^\d]*\d")  # "7-Feb-24" has no more
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_MONTH_FIRST_REGIONS = ("en-us", "en_us", "en-ph", "es-us", "en-ca")


def parse_date(
    raw: str,
    *,
    day_first: bool | None = None,
    language: str | None = None,
    latest: datetime | None = None,
) -> ParsedDate | None:
    """The date in a short string, or null where there is none that is plausible.

    ``day_first`` says how 03/04/2022 is read; where null, ``language`` (a BCP 47 tag) decides: month first for
    English without a region and for regions that write so, day first for everything else. ``latest``: the last
    plausible instant; two days after now where null.
    """
    text = _ascii_digits(raw).strip().strip("\"'")
    if text.isascii():
        if _THREE_DIGITS.search(text) is None:
            return None
    elif not any(map(str.isdigit, text)):
        return None
    text = _SHORT_YEAR.sub(r"\g<1>20\2", text[:MAX_LENGTH])
    text = _MAIL_YEAR.sub(r"\g<1>20\2", text)
    text = in_gregorian(_CTIME.sub(r"\1 \2 \4 \3", text))
    parsed = _iso(text) or _epoch(text) or _loose(text, day_first, language)
    if parsed is None:
        return None
    last = latest or datetime.now(UTC) + AHEAD
    if parsed.instant.year < FIRST_YEAR or parsed.instant > last or parsed.instant == datetime(1970, 1, 1, tzinfo=UTC):
        return None
    return parsed


def _ascii_digits(text: str) -> str:
    """Full-width, Arabic-Indic, Devanagari ... digits as ASCII; compatible forms unified."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)


def _iso(text: str) -> ParsedDate | None:
    match = _ISO.match(text)
    if match is None:
        return None
    month, day = match["m"], match["d"]
    if not match["s"] and (len(month) != 2 or len(day) != 2):
        return None
    offset: int | None = None
    if match["o"]:
        offset = minutes_of(match["o"])
    elif match["z"]:
        offset = named_zone(match["z"], int(match["y"]), int(month), int(day))
        if offset is None and match["z"].upper() not in ("AM", "PM", "H", "UHR"):
            return None
    elif text.endswith(("Z", "z")):
        offset = 0
    hour = int(match["H"]) if match["H"] and match["M"] else None
    if hour is not None and (match["z"] or "").upper() in ("AM", "PM"):
        hour = hour % 12 + (12 if match["z"].upper() == "PM" else 0)
    return _build(int(match["y"]), int(month), int(day), hour, match["M"], match["S"], offset)


def _epoch(text: str) -> ParsedDate | None:
    """Seconds or milliseconds since 1970."""
    match = _EPOCH.match(text)
    if match is None:
        return None
    number = int(match[1] or match[2] or match[3])
    seconds = number / 1000 if number > 99_999_999_999 else number
    try:
        return ParsedDate(datetime.fromtimestamp(seconds, UTC), "second", "+00:00")
    except (OverflowError, ValueError, OSError):
        return None


def _loose(text: str, day_first: bool | None, language: str | None) -> ParsedDate | None:
    """A date somewhere in the string, in any of the written forms."""
    found = _day_in(text, day_first, language)
    if found is None:
        return None
    year, month, day, start, end = found
    # The time stands after the date, or else before it.
    for rest in (text[end:], text[:start]):
        clock = _TIME.search(rest) or _HOUR_ONLY.search(rest)
        if clock is None:
            continue
        groups = clock.groupdict()
        hour = int(groups["H"])
        half = (groups.get("ap") or "").lower()
        named_half = _HALF_DAY.search(rest)
        if half and hour <= 12:
            hour = hour % 12 + (12 if half.startswith("p") else 0)
        elif named_half and hour <= 12:
            hour = hour % 12 + (12 if named_half[1] else 0)
        built = _build(
            year,
            month,
            day,
            hour,
            groups.get("M") or "00",
            groups.get("S"),
            zone_in(rest[clock.end() :], year, month, day),
        )
        if built is not None:
            return built
    return _build(year, month, day, None, None, None, None)


def _day_in(text: str, day_first: bool | None, language: str | None) -> tuple[int, int, int, int, int] | None:
    """Year, month, day, and where they stand."""
    match = _EAST_ASIAN.search(text)
    if match:
        return int(match[1]), int(match[2]), int(match[3]), match.start(), match.end()
    match = _YEAR_FIRST.search(text)
    if match:
        return int(match[1]), int(match[3]), int(match[4]), match.start(), match.end()
    match = _YEAR_LAST.search(text)
    if match:
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if len(match[4]) == 2:
            year += 2000 if year <= datetime.now(UTC).year % 100 + 1 else 1900
        if day_first is None and not language and not text.isascii():
            day_first = True  # month first is an American habit
        if second > 12 or (first <= 12 and not _day_comes_first(match[2], day_first, language)):
            first, second = second, first
        return year, second, first, match.start(), match.end()
    return _named_month_in(text, language)


def _day_comes_first(separator: str, day_first: bool | None, language: str | None) -> bool:
    if day_first is not None:
        return day_first
    if separator == ".":
        return True
    tag = (language or "").lower()
    if tag.startswith(_MONTH_FIRST_REGIONS) or tag == "en":
        return False
    return bool(tag) or separator == "-"


def _named_month_in(text: str, language: str | None) -> tuple[int, int, int, int, int] | None:
    """The first month name that has a day and a year about it."""
    if _YEAR.search(text) is None:
        return None
    words = list(_WORD.finditer(text))
    for at, word in enumerate(words):
        if word[0].isdigit():
            continue
        month = month_number(word[0], language)
        if month is None:
            continue
        if word[0].lower() == "tháng" and at + 1 < len(words) and words[at + 1][0].isdigit():
            month = int(words[at + 1][0])
        before = [w for w in words[max(0, at - 3) : at] if w[0].isdigit()]
        after = [w for w in words[at + 1 : at + 5] if w[0].isdigit()]
        years_after = [w for w in after if len(w[0]) == 4]
        years_before = [w for w in before if len(w[0]) == 4]
        days_before = [w for w in before if len(w[0]) <= 2]
        days_after = [w for w in after if len(w[0]) <= 2]
        day = days_before[-1] if days_before else None
        year = years_after[0] if years_after else None
        if day is None or (days_after and after[0] is days_after[0] and words.index(day) < at - 1 and year is not None):
            day = days_after[0] if days_after else None
        if year is None:
            year = years_before[-1] if years_before else None
        if day is not None and year is not None:
            start = min(word.start(), day.start(), year.start())
            return int(year[0]), month, int(day[0]), start, max(word.end(), day.end(), year.end())
    return None


def _build(  # noqa: PLR0913, PLR0917 (a date has seven parts)
    year: int, month: int, day: int, hour: int | None, minute: str | None, second: str | None, offset: int | None
) -> ParsedDate | None:
    try:
        if hour is None:
            return ParsedDate(datetime(year, month, day, tzinfo=UTC), "day", None)
        zone = UTC if offset is None else timezone(timedelta(minutes=offset))
        seconds = min(int(second or 0), 59)  # a leap second is the same minute
        local = datetime(year, month, day, hour, int(minute or 0), seconds, tzinfo=zone)
        return ParsedDate(local.astimezone(UTC), "second" if second else "minute", written(offset))
    except (ValueError, OverflowError):
        return None
