"""releases/index.html: all releases, newest first, and how they grew.

What belongs here: what that page says, read from the manifests of the releases that are there. What does not: the page
of one release (``release_page``).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tasks.release.error import ReleaseError
from tasks.release.facts import Publication
from tasks.release.manifest import entries_of, read_manifest
from tasks.release.page.inline import render
from tasks.release.page.release_page import PAGE
from tasks.release.page.selection_words import series
from tasks.release.quality import read_quality
from tasks.release.versions import Release, list_releases
from tasks.storage import Location, is_remote, local


def write_releases_page(releases: Location) -> Location:
    """Write ``releases/index.html`` anew from the releases in the folder; return it.

    A reader never sees half of it: it is written beside and moved into place. A release whose manifest cannot be read
    is left out, as is one whose folder is gone. Call it after whatever makes, rewrites or takes away a release. Raises
    :class:`ReleaseError` where it cannot be written; the releases themselves are whole then.
    """
    rows = [row for row in map(_row, reversed(list_releases(releases))) if row]
    values = {
        "title": rows[0]["title"] if rows else "Broadsheet articles",
        "summary": rows[0]["summary"] if rows else "No release has been made yet.",
        "releases": rows,
        "charts": {"growth": [_point(row) for row in reversed(rows)]},
    }
    page = render("releases.html.jinja", ("charts.js", "growth_chart.js", "tables.js"), values)
    try:
        if is_remote(releases):
            (releases / PAGE).write_text(page, encoding="utf-8")
        else:
            _replace(local(releases, "a page") / PAGE, page)
    except OSError as error:
        raise ReleaseError(
            f"the release is made and whole, but {releases / PAGE} could not be written ({error.strerror or error}): "
            "it still shows the releases before; the next publish writes it anew"
        ) from error
    return releases / PAGE


def _row(release: Release) -> dict[str, Any] | None:
    """The figures of a release; null where it cannot be read."""
    try:
        manifest = read_manifest(release.path)
        entries, funnel = entries_of(manifest), manifest["funnel"]
        publication = asdict(Publication()) | manifest.get("publication", {})
        dated = [entry for entry in entries if entry.table == "articles"]
        return {
            "version": release.version,
            "published_on": manifest["published_on"],
            "series": series(manifest["selection"]),
            "former": manifest.get("former_release"),
            "schema": manifest["schema"]["version"],
            "title": publication["title"],
            "summary": publication["summary"],
            "articles": funnel["articles"],
            "copies": funnel["copies"],
            "revisions": funnel["revisions"],
            "bytes": sum(entry.bytes for entry in entries),
            "first": min((entry.first[:10] for entry in dated if entry.first), default=None),
            "last": max((entry.last[:10] for entry in dated if entry.last), default=None),
            "has_page": (release.path / PAGE).is_file(),
            "is_rewritten": bool(manifest.get("rewritten")),
            **_of_quality(read_quality(release.path)),
        }
    except (ReleaseError, KeyError, TypeError):
        return None


def _of_quality(quality: Mapping[str, Any] | None) -> dict[str, Any]:
    if quality is None:
        return {"domains": None, "languages": None, "alarms": None}
    return {
        "domains": quality.get("domains_in_all"),
        "languages": len(quality.get("languages", ())),
        "alarms": len(quality.get("drift", {}).get("alarms", ())),
    }


def _point(row: Mapping[str, Any]) -> list[Any]:
    return [row["version"], row["published_on"], row["series"], row["articles"], row["copies"]]


def _replace(path: Path, text: str) -> None:
    number, name = tempfile.mkstemp(prefix=".index-", suffix=".html", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
