"""What a release's page shows of quality.json: tables for all readers, and the same as data for the charts.

What belongs here: choosing, grouping and cutting figures down to what a page can show. What does not: counting
(``tasks.release.quality``) and drawing (``assets/charts.js``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tasks.schema import REJECT_REASONS

_BARS = 20
_MOST_ALARMS = 200
_GRID_DOMAINS = 25
# Above this many months the table beside the chart of days has a row a year.
_MOST_MONTHS = 36
_SMALL_CLUSTERS = 5
_CLUSTER_BINS = ((6, 10), (11, 20), (21, 50), (51, 100))
_MEANINGS = {
    "read": "pages in all inputs",
    "articles": "different texts: one row each",
    "copies": "near-identical to an article, at another URL",
    "revisions": "earlier texts of an article",
    "unchanged": "known already, with the same text",
    "rejects": "no article, each with a reason",
    "removed": "taken out for good",
}


def days(quality: Mapping[str, Any]) -> dict[str, Any]:
    """Articles a day, as offsets from the first day; by month or year as a table; and how many have no date."""
    dated = [(date.fromisoformat(row["day"]), row["rows"]) for row in quality["days"] if row["day"]]
    start = dated[0][0] if dated else None
    months = Counter[str]()
    years = Counter[str]()
    for day, rows in dated:
        months[f"{day.year:04}-{day.month:02}"] += rows
        years[f"{day.year:04}"] += rows
    by, table = ("month", months) if len(months) <= _MOST_MONTHS else ("year", years)
    return {
        "start": start.isoformat() if start else None,
        "counts": [[(day - start).days, rows] for day, rows in dated] if start else [],
        "dated": sum(rows for _, rows in dated),
        "undated": sum(row["rows"] for row in quality["days"] if not row["day"]),
        "by": by,
        "table": list(table.items()),
    }


def counts(rows: Sequence[Mapping[str, Any]], name: str, total: int) -> list[dict[str, Any]]:
    """Name, rows and share of each row; a null name is ``not known``."""
    return [
        {"name": row[name] or "not known", "rows": row["rows"], "share": row["rows"] / total if total else None}
        for row in rows
    ]


def bars(rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The first rows, for a chart."""
    return [[row["name"], row["rows"]] for row in rows[:_BARS]]


def domains(quality: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The domains with the most articles, with their copies."""
    copies = {row["domain"]: row["rows"] for row in quality["copies_by_domain"]}
    found = counts(quality["domains"], "domain", quality["rows"]["articles"])
    return [row | {"copies": copies.get(row["name"], 0)} for row in found]


def funnel(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each line of the reconciliation, with its meaning and its share of all pages read."""
    held = manifest["funnel"]
    read = held.get("read")
    return [
        {"name": name, "rows": held[name], "meaning": meaning, "share": held[name] / read if read else None}
        for name, meaning in _MEANINGS.items()
        if held.get(name) is not None
    ]


def rejects(quality: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rejects by stage and reason, with what the reason means."""
    total = quality["rows"]["rejects"]
    return [
        {
            "name": row["reason"],
            "stage": row["stage"],
            "rows": row["rows"],
            "share": row["rows"] / total,
            "meaning": REJECT_REASONS[row["reason"]].description if row["reason"] in REJECT_REASONS else "",
        }
        for row in quality["rejects"]
    ]


def clusters(quality: Mapping[str, Any]) -> list[list[Any]]:
    """Clusters of two and more near-identical texts: size in words, and how many there are."""
    found = Counter[str]()
    for row in quality["cluster_sizes"]:
        found[_bin(row["cluster_size"])] += row["rows"]
    order = [str(size) for size in range(2, _SMALL_CLUSTERS + 1)]
    order += [f"{low}–{high}" for low, high in _CLUSTER_BINS] + ["over 100"]
    held = [[name, found[name]] for name in order]
    while held and not held[-1][1]:
        held.pop()
    return held


def _bin(size: int) -> str:
    if size <= _SMALL_CLUSTERS:
        return str(size)
    return next((f"{low}–{high}" for low, high in _CLUSTER_BINS if size <= high), "over 100")


def columns(quality: Mapping[str, Any], schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How each column of articles is filled now and was in the former release, and whether it fell."""
    former = quality["drift"].get("former_columns", {})
    nullable = {column["name"]: _may_be_empty(column) for column in schema["tables"][0]["columns"]}
    fell = {(alarm["column"], alarm["measure"]) for alarm in quality["drift"]["alarms"] if alarm["domain"] is None}
    found = []
    for name, now in quality["columns"].items():
        before = former.get(name, {})
        rate, earlier = now["fill_rate"], before.get("fill_rate")
        found.append(
            {
                "name": name,
                "required": not nullable.get(name, True),
                "rate": rate,
                "former": earlier,
                "change": rate - earlier if rate is not None and earlier is not None else None,
                "fell": (name, "fill_rate") in fell,
                "length": now.get("median_length"),
                "former_length": before.get("median_length"),
                "length_fell": (name, "median_length") in fell,
            }
        )
    return found


def _may_be_empty(column: Mapping[str, Any]) -> bool:
    return bool(column["nullable"]) or column["type"] in ("list", "struct")


def alarms(quality: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The drift alarms, the deepest falls first within all articles and within domains."""
    found = [dict(alarm) for alarm in quality["drift"]["alarms"]]
    for alarm in found:
        alarm["fall"] = alarm["before"] - alarm["now"]
        alarm["among"] = alarm.get("among", "all")
        alarm["share"] = alarm["fall"] if alarm["measure"] == "fill_rate" else alarm["fall"] / alarm["before"]
    found.sort(key=lambda alarm: (alarm["domain"] is not None, -alarm["share"], alarm["domain"] or "", alarm["column"]))
    return found[:_MOST_ALARMS]


def grid(quality: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """How columns are filled by domain: the columns that may be empty, of the domains with the most articles."""
    rated = [row for row in quality["domains"] if "columns" in row][:_GRID_DOMAINS]
    names = [
        column["name"]
        for column in schema["tables"][0]["columns"]
        if _may_be_empty(column) and quality["columns"].get(column["name"], {}).get("filled")
    ]
    fell = {
        (alarm["domain"], alarm["column"])
        for alarm in quality["drift"]["alarms"]
        if alarm["measure"] == "fill_rate" and alarm["domain"]
    }
    return {
        "columns": names,
        "rows": [
            {
                "domain": row["domain"],
                "rows": row["rows"],
                "cells": [
                    {"rate": row["columns"].get(name, {}).get("fill_rate"), "fell": (row["domain"], name) in fell}
                    for name in names
                ],
            }
            for row in rated
        ],
    }
