"""Drift alarms: columns that are filled less, or hold shorter texts, than in the releases before.

What belongs here: the comparison of a quality.json with earlier ones, whole and by domain. What does not: the figures
(``quality``).

Two things are compared with the earlier releases: all articles, and those that were added since the last one. A page
that changed its layout yesterday shows among the added ones long before it moves the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median_low
from typing import Any, Literal

# A rate that falls by five points, or a median length that falls by a quarter, is no chance where there are enough
# articles; with twenty of them chance alone moves a rate by more, so the bound widens as 1.5 / sqrt(articles).
_RATE_FALL, _LENGTH_FALL = 0.05, 0.25
# How many articles a group needs: the fewest that quality.json gives rates of.
_FEWEST_ADDED = 20
# A fall is told until it is the middle of this many releases: once is easily overlooked.
RELEASES_COMPARED = 5
_MEASURES = ("fill_rate", "median_length")


@dataclass(frozen=True, slots=True)
class Alarm:
    """One fall. ``domain`` is null for all domains together, ``among`` says which articles, ``measure`` which figure.

    ``rows`` is how many articles ``now`` is worked out from.
    """

    domain: str | None
    column: str
    measure: str
    before: float
    now: float
    among: Literal["all", "added"] = "all"
    rows: int = 0

    def __str__(self) -> str:
        where = self.domain or "all articles"
        if self.among == "added":
            where = f"{self.domain or 'all domains'}, {self.rows:,} articles added"
        if self.measure == "fill_rate":
            return f"{where}: {self.column} is filled in {self.now:.1%}, was {self.before:.1%}"
        return f"{where}: the median length of {self.column} is {self.now:,.0f}, was {self.before:,.0f}"


def drift(earlier: Sequence[Mapping[str, Any]], new: Mapping[str, Any]) -> list[Alarm]:
    """Every fall against the middle of the ``earlier`` quality.json: the whole first, then by domain."""
    whole = _middle([old["columns"] for old in earlier])
    domains = {
        row["domain"]: _middle([held[row["domain"]] for held in map(_by_domain, earlier) if row["domain"] in held])
        for row in [*new["domains"], *(new.get("added") or {}).get("domains", ())]
    }
    alarms = list(_falls(None, whole, new["columns"], new["rows"]["articles"], "all"))
    for row in new["domains"]:
        if "columns" in row:
            alarms += _falls(row["domain"], domains[row["domain"]], row["columns"], row["rows"], "all")
    told = {(alarm.domain, alarm.column, alarm.measure) for alarm in alarms}
    return alarms + [alarm for alarm in _of_added(new, whole, domains) if _key(alarm) not in told]


def _of_added(
    new: Mapping[str, Any], whole: Mapping[str, Any], domains: Mapping[str, Mapping[str, Any]]
) -> Iterator[Alarm]:
    added = new.get("added")
    if not added or added["rows"] < _FEWEST_ADDED:
        return
    yield from _falls(None, whole, added["columns"], added["rows"], "added")
    for row in added["domains"]:
        yield from _falls(row["domain"], domains[row["domain"]], row["columns"], row["rows"], "added")


def _key(alarm: Alarm) -> tuple[str | None, str, str]:
    return alarm.domain, alarm.column, alarm.measure


def _by_domain(quality: Mapping[str, Any]) -> dict[str, Any]:
    return {row["domain"]: row["columns"] for row in quality["domains"] if "columns" in row}


def _middle(releases: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Each figure's middle over some releases; a figure that none of them has is left out."""
    found: dict[str, dict[str, float]] = {}
    for column in dict.fromkeys(name for columns in releases for name in columns):
        for measure in _MEASURES:
            held = [columns.get(column, {}).get(measure) for columns in releases]
            known = [value for value in held if value is not None]
            if known:
                found.setdefault(column, {})[measure] = median_low(known)
    return found


def _falls(
    domain: str | None, old: Mapping[str, Any], new: Mapping[str, Any], rows: int, among: Literal["all", "added"]
) -> Iterator[Alarm]:
    widened = 1.5 / max(rows, 1) ** 0.5
    for column, now in new.items():
        before = old.get(column, {})
        rate, former = now.get("fill_rate"), before.get("fill_rate")
        if rate is not None and former is not None and former - rate > max(_RATE_FALL, widened):
            yield Alarm(domain, column, "fill_rate", former, rate, among, rows)
        length, former = now.get("median_length"), before.get("median_length")
        if length is not None and former and 1 - length / former > max(_LENGTH_FALL, widened):
            yield Alarm(domain, column, "median_length", former, length, among, rows)


def drift_document(alarms: Sequence[Alarm], earlier: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The part ``drift`` of quality.json. ``earlier`` are version and quality.json of each release, newest first.

    ``former_columns`` are the newest one's, so that a reader sees what changed without having that release.
    """
    return {
        "since": earlier[0][0] if earlier else None,
        "compared_with": [version for version, _ in earlier],
        "former_columns": dict(earlier[0][1]["columns"]) if earlier else {},
        "alarms": [asdict(alarm) | {"in_words": str(alarm)} for alarm in alarms],
    }
