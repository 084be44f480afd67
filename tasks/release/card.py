"""README.md of a release: its data card, with the header that Hugging Face reads.

What belongs here: the words of the card. What does not: the figures in it (``quality``, ``manifest``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.release.changelog import rewritten_in_words
from tasks.release.facts import Publication, ReleaseFacts, Selection
from tasks.release.funnel import Funnel
from tasks.release.loading import loading
from tasks.release.tables import release_tables
from tasks.schema import SCHEMA_VERSION

_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"),
)  # fmt: skip
_TOP = 20


@dataclass(frozen=True, slots=True)
class CardInput:
    """What the card is written from. ``quality`` is quality.json, ``former`` the release before."""

    version: str
    facts: ReleaseFacts
    selection: Selection
    funnel: Funnel
    quality: Mapping[str, Any]
    data_bytes: int
    changes: Sequence[str] = ()
    former: str | None = None
    rewritten: Sequence[Mapping[str, Any]] = ()


def card(held: CardInput) -> str:
    """README.md."""
    publication = held.facts.publication
    parts = [
        _header(publication, held.quality),
        f"# {publication.title}, release {held.version}",
        _opening(held),
        "## What is in it",
        _contents(held),
        "## How it came about",
        _funnel(held.funnel, held.quality),
        "## Languages and domains",
        _counts("language", held.quality["languages"], len(held.quality["languages"])),
        _counts("domain", held.quality["domains"], held.quality["domains_in_all"]),
        "## How well columns are filled",
        _fill_rates(held.quality),
        _drift(held.quality),
        "## Loading it",
        loading(),
        "## Checking it",
        "`sha256sum -c SHA256SUMS` finds a file that was damaged on its way; `broadsheet verify FOLDER` also checks "
        "rows against the schema, counts and keys. manifest.json lists every file with rows, bytes and checksum.",
        "## Known limits",
        _limits(held),
        "## Licence",
        license_text(publication).strip(),
        "## Citing it",
        citation(held),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _header(publication: Publication, quality: Mapping[str, Any]) -> str:
    """YAML; a JSON string is a YAML string, so values are written by ``json``."""
    rows = quality["rows"]["articles"]
    languages = sorted({row["language"].split("-")[0].lower() for row in quality["languages"] if row["language"]})
    lines = [
        "---",
        f"pretty_name: {json.dumps(publication.title, ensure_ascii=False)}",
        f"license: {publication.license}",
    ]
    if publication.license == "other":
        slug = "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in publication.license_name).split())
        lines.append(f"license_name: {json.dumps(slug.lower())}")
        lines.append(f"license_link: {json.dumps(publication.license_url or 'LICENSE')}")
    if languages:
        lines += ["language:", *(f"- {json.dumps(language)}" for language in languages)]
    lines += ["size_categories:", f"- {next((name for limit, name in _SIZES if rows < limit), 'n>1T')}"]
    lines += ["tags:", "- news", "- journalism", "- web", "- deduplicated", "configs:"]
    for table in release_tables():
        lines += [f"- config_name: {table}"]
        lines += ["  default: true"] if table == "articles" else []
        lines += ["  data_files:", "  - split: train", f"    path: {table}/*.parquet"]
    return "\n".join([*lines, "---"])


def _opening(held: CardInput) -> str:
    rows, quality = held.quality["rows"], held.quality
    span = ""
    if quality["first_published_at"]:
        span = f", published from {quality['first_published_at'][:10]} to {quality['last_published_at'][:10]}"
    words = f" {quality['words']['sum']:,} words." if quality["words"]["sum"] else ""
    return (
        f"{held.facts.publication.summary}\n\n"
        f"{rows['articles']:,} articles from {quality['domains_in_all']:,} domains{span}.{words} "
        f"Made from store version {held.facts.store_version} by Broadsheet {held.facts.code_version} on "
        f"{held.facts.published_on.isoformat()}; schema version {SCHEMA_VERSION}. "
        "A release never changes; the same store version and the same code give the same bytes."
        + _selection_words(held.selection)
        + "".join(f"\n\n**{line}**" for line in rewritten_in_words(held.rewritten))
    )


def _selection_words(selection: Selection) -> str:
    words = []
    if selection.where:
        words.append(f"articles where `{selection.where}`")
    if selection.languages:
        words.append(f"in {', '.join(selection.languages)}")
    if selection.since:
        words.append(f"published on {selection.since.isoformat()} or later")
    if selection.until:
        words.append(f"published on {selection.until.isoformat()} or earlier")
    found = ""
    if words:
        found += (
            f"\n\n**This is a part of the store**: {', '.join(words)}; with their copies and earlier revisions, "
            "and without rejects."
        )
    if selection.profile == "metadata":
        found += "\n\n**This release has no texts**: the column `text` is left out, everything else is here."
    return found


def _contents(held: CardInput) -> str:
    rows = held.quality["rows"]
    lines = ["| folder | rows | what |", "|---|--:|---|"]
    for name, table in release_tables().items():
        lines.append(f"| {name}/ | {rows[name]:,} | {(table.__doc__ or '').strip()} |")
    lines += [
        "",
        f"Parquet, {_size(held.data_bytes)} in all: one file a month of publication (of ingestion for rejects), each "
        "sorted by time. Every column is described in SCHEMA.md, in schema.json and in the files themselves. A text "
        "that stands at several URLs is one article and, for each other URL, one copy that names the article: count "
        "`articles` for different texts, `articles` and `copies` for publications.",
        "",
        "Beside them: `sample/` (up to 1,000 articles, as Parquet and as JSON lines), `changes/` (ids added, changed "
        "and removed since the release before; in words in CHANGELOG.md), quality.json (how columns are filled, by "
        "domain, and what fell), and for tools manifest.json, datapackage.json, croissant.json and CITATION.cff.",
    ]
    if held.changes:
        lines += ["", f"Since release {held.former} (ids in changes/):", "", *(f"- {line}" for line in held.changes)]
    return "\n".join(lines)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _funnel(funnel: Funnel, quality: Mapping[str, Any]) -> str:
    lines = ["| pages | |", "|---|--:|", *(f"| {name} | {count:,} |" for name, count in funnel.rows()), ""]
    lines.append(funnel.in_words())
    if quality["rejects"]:
        lines += ["", "| rejected at | because | pages |", "|---|---|--:|"]
        lines += [f"| {row['stage']} | {row['reason']} | {row['rows']:,} |" for row in quality["rejects"]]
    return "\n".join(lines)


def _counts(name: str, rows: Sequence[Mapping[str, Any]], in_all: int) -> str:
    if not rows:
        return ""
    lines = [f"| {name} | articles |", "|---|--:|"]
    lines += [f"| {_cell(row[name] or 'not known')} | {row['rows']:,} |" for row in rows[:_TOP]]
    if in_all > _TOP:
        lines += ["", f"The first {_TOP} of {in_all:,}."]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """A page's value inside a table: no column, markup or line of its own."""
    return "".join(f"&#{ord(c)};" if c in "|<>&`*_[]\\\n\r" else c for c in text)


def _fill_rates(quality: Mapping[str, Any]) -> str:
    lines = ["Share of articles whose column says something (is neither null nor an empty list):", ""]
    lines += ["| column | filled |", "|---|--:|"]
    for name, column in quality["columns"].items():
        rate = column["fill_rate"]
        lines.append(f"| {name} | {'' if rate is None else f'{rate:.1%}'} |")
    return "\n".join(lines)


def _drift(quality: Mapping[str, Any]) -> str:
    fell = f"**Watch out**: since release {quality['drift']['since']} these fell:"
    parts = (
        _listed(fell, quality["drift"]["alarms"]),
        _listed("**Watch out**: not all sources give what they gave:", quality.get("source_warnings", ())),
    )
    return "\n\n".join(filter(None, parts))


def _listed(title: str, warnings: Sequence[Mapping[str, Any]]) -> str:
    if not warnings:
        return ""
    lines = [title, "", *(f"- {_cell(warning['in_words'])}" for warning in warnings[:_TOP])]
    if len(warnings) > _TOP:
        lines.append(f"- and {len(warnings) - _TOP:,} more, in quality.json")
    return "\n".join(lines)


def _limits(held: CardInput) -> str:
    columns = held.quality["columns"]
    limits = []
    rate = columns["published_at"]["fill_rate"]
    if rate is not None and rate < 1:
        limits.append(
            f"{1 - rate:.1%} of the articles have no date of publication; they are in articles-undated.parquet."
        )
    zone = columns["published_zone"]["fill_rate"]
    if rate and zone is not None and zone < rate:
        limits.append(
            f"{rate - zone:.1%} of the articles have a date whose page gives no zone: it was taken as UTC, so it can "
            "be off by up to 14 hours (published_zone is null there)."
        )
    limits += [
        "Texts are taken from web pages by program: a line of navigation may be left in, a paragraph may be missing. "
        "field_sources says for each value where it came from.",
        f"Two texts are one article and its copy where {held.selection.copies.in_words()}; the scores of each copy are "
        "in similarity and containment. A rewritten report of the same event is not a copy, and a short text may match "
        "another by chance.",
        "Authors, publishers and contact details are given as the pages declare them; they may be personal data.",
    ]
    if held.funnel.unaccounted:
        limits.append(held.funnel.in_words())
    return "\n".join(f"- {limit}" for limit in limits)


def license_text(publication: Publication) -> str:
    """LICENSE of the data."""
    link = f" See {publication.license_url}." if publication.license_url else ""
    if publication.license != "other":
        return f"The data of this release is licensed under {publication.license}.{link}\n"
    return (
        f"Licence: {publication.license_name}.{link}\n\n"
        "The articles in this release were published by others, and the rights in them stay with their publishers and "
        "authors. This collection grants none. Where a page declares a licence of its own, the column license holds "
        "it. Whether you may use a text depends on that licence and on the law where you are.\n"
    )


def citation(held: CardInput) -> str:
    """How to cite the release, in words."""
    publication = held.facts.publication
    where = f" {publication.homepage}" if publication.homepage else ""
    return (
        f"{', '.join(publication.creators)} ({held.facts.published_on.year}). {publication.title} "
        f"(release {held.version}) [Data set].{where}"
    )
