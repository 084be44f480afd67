"""index.html of a release: what it is, in figures, charts and tables, with a sample to search.

What belongs here: what stands on the page, gathered from the release's folder. What does not: how it looks
(``templates``, ``assets``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tasks.release.changelog import rewritten_in_words
from tasks.release.facts import Publication
from tasks.release.loading import EXAMPLES
from tasks.release.manifest import MANIFEST, SUMS, FileEntry
from tasks.release.page import changed, downloads, figures
from tasks.release.page.citing import bibtex, citation
from tasks.release.page.inline import render, web_link
from tasks.release.page.sample_rows import SampleRows, sample_rows
from tasks.release.page.schema_rows import schema_rows
from tasks.release.page.selection_words import copy_words, selection_words

PAGE = "index.html"
# What a browser on a slow line still takes. The charts' libraries are a third of it; the sample gets what is left.
MOST_BYTES = 1_500_000
_LEAST_SAMPLE = 50_000
# Written after the page, so that nothing on it can depend on them.
_AFTER = {PAGE, MANIFEST, SUMS}


def write_page(folder: Path, manifest: Mapping[str, Any], entries: Sequence[FileEntry]) -> None:
    """Write ``index.html`` of the release in ``folder``, whose other documents and data files are there already.

    ``manifest`` is the head of its manifest.json (``tasks.release.head.head_document``; the whole manifest of a
    release does too), ``entries`` are its files. Everything else is read from quality.json, schema.json, CHANGELOG.md,
    changes/ and sample/ in the folder, so that a release that is rewritten gets a page without what was taken out.
    Call it before the manifest and the sums are written: they list the page, the page not them.
    """
    values = _values(folder, manifest, [entry for entry in entries if entry.path not in _AFTER])
    nothing = values | {"sample": SampleRows([], 0, None)}
    left = MOST_BYTES - len(_rendered(nothing).encode())
    page = _rendered(values | {"sample": sample_rows(folder, max(left - 1_000, _LEAST_SAMPLE))})
    (folder / PAGE).write_text(page, encoding="utf-8", newline="\n")


def _rendered(values: Mapping[str, Any]) -> str:
    return render("release.html.jinja", ("charts.js", "release_charts.js", "tables.js", "sample.js"), values)


def _values(folder: Path, manifest: Mapping[str, Any], entries: Sequence[FileEntry]) -> dict[str, Any]:
    """Everything the template names but the sample."""
    quality, schema = _json(folder / "quality.json"), _json(folder / "schema.json")
    publication, rows = asdict(Publication()) | manifest.get("publication", {}), quality["rows"]
    languages = figures.counts(quality["languages"], "language", rows["articles"])
    domains, days = figures.domains(quality), figures.days(quality)
    columns, clusters = figures.columns(quality, schema), figures.clusters(quality)
    funnel, rejects = figures.funnel(manifest), figures.rejects(quality)
    return {
        "manifest": manifest,
        "publication": publication | {"homepage": web_link(publication.get("homepage"))},
        "quality": quality,
        "rows": rows,
        "days": days,
        "languages": languages,
        "domains": domains,
        "funnel": funnel,
        "unaccounted": manifest["funnel"].get("unaccounted", 0),
        "rejects": rejects,
        "columns": columns,
        "alarms": figures.alarms(quality),
        "grid": figures.grid(quality, schema),
        "clusters": clusters,
        "single": sum(row["rows"] for row in quality["cluster_sizes"] if row["cluster_size"] == 1),
        "selection": selection_words(manifest["selection"]),
        "copy_rule": copy_words(manifest["selection"]),
        "rewritten": rewritten_in_words(manifest.get("rewritten", ())),
        "schema": schema,
        "schema_rows": schema_rows(schema),
        "changed": changed.changed(folder),
        "changed_in_words": changed.in_words(folder, manifest["release"]),
        "data_files": downloads.data_files(entries),
        "documents": downloads.documents(entries),
        "bytes": sum(entry.bytes for entry in entries),
        "examples": EXAMPLES,
        "citation": citation(publication, manifest["release"], manifest["published_on"][:4]),
        "bibtex": bibtex(publication, manifest["release"], manifest["published_on"][:4]),
        "charts": {
            "days": {name: days[name] for name in ("start", "counts")},
            "languages": figures.bars(languages),
            "domains": figures.bars(domains),
            "funnel": figures.bars(funnel),
            "rejects": figures.bars(rejects),
            "columns": [
                [row["name"], row["rate"], row["former"], row["fell"]] for row in columns if not row["required"]
            ],
            "clusters": clusters,
        },
    }


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
