"""Figures as the page shows them."""

from __future__ import annotations

from typing import Any

from tasks.release.page.changed import in_words
from tasks.release.page.figures import alarms, clusters, columns, days, funnel, grid
from tasks.release.page.schema_rows import schema_rows
from tasks.release.page.selection_words import series
from tasks.release.schema_document import schema_document


def test_days_are_counted_from_the_first_and_listed_by_month() -> None:
    found = days(
        {"days": [{"day": None, "rows": 4}, {"day": "2026-01-31", "rows": 2}, {"day": "2026-02-02", "rows": 1}]}
    )
    assert found == {
        "start": "2026-01-31", "counts": [[0, 2], [2, 1]], "dated": 3, "undated": 4,
        "by": "month", "table": [("2026-01", 2), ("2026-02", 1)],
    }  # fmt: skip


def test_many_months_are_listed_by_year() -> None:
    held = [{"day": f"{year}-{month:02}-01", "rows": 1} for year in (2020, 2021, 2022, 2023) for month in range(1, 13)]
    assert days({"days": held})["table"] == [("2020", 12), ("2021", 12), ("2022", 12), ("2023", 12)]


def test_no_dates_are_no_days() -> None:
    assert days({"days": [{"day": None, "rows": 4}]})["counts"] == []


def test_clusters_are_binned_by_size_up_to_the_largest() -> None:
    sizes = [{"cluster_size": size, "rows": rows} for size, rows in ((1, 90), (2, 5), (4, 2), (7, 1), (10, 1), (11, 1))]
    assert clusters({"cluster_sizes": sizes}) == [["2", 5], ["3", 0], ["4", 2], ["5", 0], ["6–10", 2], ["11–20", 1]]
    assert clusters({"cluster_sizes": [{"cluster_size": 1, "rows": 9}]}) == []
    assert clusters({"cluster_sizes": [{"cluster_size": 5_000, "rows": 1}]})[-1] == ["over 100", 1]


def test_the_funnel_has_a_line_only_for_what_was_counted() -> None:
    counted = {"articles": 3, "copies": 1, "revisions": 0, "unchanged": 0, "rejects": 0, "unaccounted": 0}
    assert [row["name"] for row in funnel({"funnel": counted})] == list(counted)[:-1]
    assert funnel({"funnel": {"read": 4, **counted}})[1]["share"] == 0.75


def quality(**more: Any) -> dict[str, Any]:
    filled = {"fill_rate": 0.4, "filled": 40}
    return {
        "columns": {"headline": filled, "url": {"fill_rate": 1.0, "filled": 100}},
        "domains": [
            {"domain": "example.com", "rows": 100, "columns": {"headline": filled}},
            {"domain": "example.org", "rows": 1},
        ],
        "drift": {
            "since": "1",
            "former_columns": {"headline": {"fill_rate": 0.9, "median_length": 5}},
            "alarms": [
                {"domain": "example.com", "column": "headline", "measure": "fill_rate", "before": 0.9, "now": 0.4},
                {"domain": None, "column": "headline", "measure": "fill_rate", "before": 0.9, "now": 0.4},
                {"domain": "example.com", "column": "text", "measure": "median_length", "before": 100, "now": 10},
            ],
        },
    } | more  # fmt: skip


def test_a_column_that_fell_is_marked_with_what_it_was() -> None:
    headline, url = columns(quality(), schema_document())
    assert (headline["rate"], headline["former"], headline["fell"], headline["required"]) == (0.4, 0.9, True, False)
    assert (url["former"], url["change"], url["fell"], url["required"]) == (None, None, False, True)


def test_alarms_over_all_domains_come_first_and_then_the_deepest() -> None:
    assert [(alarm["domain"], alarm["column"]) for alarm in alarms(quality())] == [
        (None, "headline"), ("example.com", "text"), ("example.com", "headline"),
    ]  # fmt: skip


def test_the_grid_has_the_domains_that_have_rates_and_the_columns_that_may_be_empty() -> None:
    found = grid(quality(), schema_document())
    assert found["columns"] == ["headline"]
    assert found["rows"] == [{"domain": "example.com", "rows": 100, "cells": [{"rate": 0.4, "fell": True}]}]


def test_a_column_that_tables_share_is_one_row() -> None:
    rows = {row["name"]: row for row in schema_rows(schema_document())}
    assert rows["headline"]["where"] == "all but rejects"
    assert rows["copy_of"]["where"] == "copies"
    assert rows["author_details"]["type"] == "list of struct"
    assert {name for name, _, _ in rows["author_details"]["fields"]} >= {"name", "url"}


def test_the_changes_of_one_release_are_those_of_its_section(tmp_path: Any) -> None:
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changes\n\n## 2 (2026-11-24)\n\n- one\n    - more\n## 1 (2026-11-23)\n\n- two\n"
    )
    assert in_words(tmp_path, "2") == ["one", "more"]
    assert in_words(tmp_path, "1") == ["two"]
    assert in_words(tmp_path, "3") == []


def test_releases_that_can_be_compared_have_one_name() -> None:
    assert series({"profile": "full", "where": None, "languages": [], "since": None, "until": None}) == "everything"
    assert series({"profile": "metadata", "since": "2026-01-01"}) == "published on 2026-01-01 or later, without texts"
