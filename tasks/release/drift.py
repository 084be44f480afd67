"""Drift alarms: columns that are filled less, or hold shorter texts, than in the release before.

What belongs here: the comparison of two quality.json, whole and by domain. What does not: the figures (``quality``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

# A rate that falls by five points, or a median length that falls by a quarter, is no chance where there are enough
# articles; with twenty of them chance alone moves a rate by more, so the bound widens as 1.5 / sqrt(articles).
_RATE_FALL, _LENGTH_FALL = 0.05, 0.25


@dataclass(frozen=True, slots=True)
class Alarm:
    """One fall. ``domain`` is null for all articles together; ``measure`` is fill_rate or median_length."""

    domain: str | None
    column: str
    measure: str
    before: float
    now: float

    def __str__(self) -> str:
        where = self.domain or "all articles"
        if self.measure == "fill_rate":
            return f"{where}: {self.column} is filled in {self.now:.1%}, was {self.before:.1%}"
        return f"{where}: the median length of {self.column} is {self.now:,.0f}, was {self.before:,.0f}"


def drift(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Alarm]:
    """Every fall from one quality.json to the next, the whole first, then by domain."""
    alarms = list(_falls(None, old["columns"], new["columns"], new["rows"]["articles"]))
    before = {row["domain"]: row for row in old["domains"] if "columns" in row}
    for row in new["domains"]:
        if "columns" in row and row["domain"] in before:
            alarms += _falls(row["domain"], before[row["domain"]]["columns"], row["columns"], row["rows"])
    return alarms


def _falls(domain: str | None, old: Mapping[str, Any], new: Mapping[str, Any], rows: int) -> Iterator[Alarm]:
    widened = 1.5 / max(rows, 1) ** 0.5
    for column, now in new.items():
        before = old.get(column, {})
        rate, former = now.get("fill_rate"), before.get("fill_rate")
        if rate is not None and former is not None and former - rate > max(_RATE_FALL, widened):
            yield Alarm(domain, column, "fill_rate", former, rate)
        length, former = now.get("median_length"), before.get("median_length")
        if length is not None and former and 1 - length / former > max(_LENGTH_FALL, widened):
            yield Alarm(domain, column, "median_length", former, length)


def drift_document(alarms: list[Alarm], former: str | None) -> dict[str, Any]:
    """The part ``drift`` of quality.json."""
    return {"since": former, "alarms": [asdict(alarm) | {"in_words": str(alarm)} for alarm in alarms]}
