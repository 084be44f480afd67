"""Extraction on pages with known content: ours beside bare trafilatura, quality and CPU time.

    python bench/extraction.py                        both, on the evaluation pages beside the project
    python bench/extraction.py --only ours --half a   ours alone, on the hosts of one half
    python bench/extraction.py --only ours --show authors 20

"released" is the release that ``broadsheet run`` makes of the same pages, in processes of its own: normalised,
deduplicated, without the pages that are called no article; an article that is missing there scores 0 in every column.
The figures on sites that the models were not fitted to are those of
``bench/body_model.py``; its last output is printed below the table.

Quality is what ``score.py`` beside the pages says of a Parquet file with each side's rows. CPU seconds are of
this process and cover a page's bytes -> its values; reading the WARC and writing Parquet are not in them.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import logging
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import polars as pl
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType

from tasks.extraction import extract
from tasks.page import Origin, Page, RejectError
from tasks.values.bylines import split_byline
from tasks.values.dates import parse_date
from tasks.values.keywords import split_keywords
from tasks.version import EXTRACTOR

EVAL = ROOT.parent / "shared" / "eval"
UNSEEN = Path(__file__).parent / "results" / "body_model.txt"
Row = dict[str, Any]
FIGURES = {
    "press": ["word_f1", "shingle_f1", "title", "title_any", "authors", "day", "minute", "keywords"],
    "web": ["word_f1", "shingle_f1", "title", "title_any", "authors", "day"],
    "all": ["article_p", "article_r"],
}
COLUMNS = {
    "url": pl.String,
    "text": pl.String,
    "headline": pl.String,
    "alternative_headlines": pl.List(pl.String),
    "authors": pl.List(pl.String),
    "published_at": pl.Datetime("us", "UTC"),
    "published_precision": pl.String,
    "keywords": pl.List(pl.String),
    "page_type": pl.String,
}


def read_pages(path: Path) -> Iterator[Page]:
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            url = record.headers.get("WARC-Target-URI")
            yield Page(
                url=url,
                payload=record.reader.read(),
                origin=Origin(input=path.name, record_offset=record.stream_pos),
                http_charset=record.http_charset,
            )


def ours(page: Page) -> Row | None:
    try:
        record = extract(page)
    except RejectError:
        return None
    authors: list[str] = []
    for author in record.authors:
        authors.extend(name.name for name in split_byline(author.name))
    published = parse_date(record.published_raw, language=record.language_declared) if record.published_raw else None
    return {
        "url": page.url,
        "text": record.text,
        "headline": record.headline,
        "alternative_headlines": record.alternative_headlines,
        "authors": list(dict.fromkeys(authors)),
        "published_at": published.instant if published else None,
        "published_precision": published.precision if published else None,
        "keywords": split_keywords(record.keywords),
        "page_type": record.page_type,
        "record": record,
    }


def bare_trafilatura(page: Page) -> Row | None:
    document = trafilatura.bare_extraction(page.payload, url=page.url, with_metadata=True)
    if document is None or not document.text:
        return None
    date = datetime.fromisoformat(document.date).replace(tzinfo=UTC) if document.date else None
    return {
        "url": page.url,
        "text": document.text,
        "headline": document.title,
        "alternative_headlines": [],
        "authors": [name.strip() for name in document.author.split(";")] if document.author else [],
        "published_at": date,
        "published_precision": "day" if date else None,
        "keywords": list(document.tags or []) + list(document.categories or []),
        "page_type": "article",
    }


def run(side: Callable[[Page], Row | None], pages: list[Page]) -> tuple[list[Row], float]:
    """Rows, and CPU seconds."""
    side(pages[0])  # what is loaded at the first call is no page's cost
    rows, seconds = [], 0.0
    for page in pages:
        start = time.process_time()
        row = side(page)
        seconds += time.process_time() - start
        if row is not None:
            rows.append(row)
    return rows, seconds


def score(articles: Path, truth: list[Row]) -> dict[str, dict[str, float]]:
    """The figures of ``score.py`` for a file or a folder of Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        cases, out = (Path(folder) / name for name in ("truth.jsonl.gz", "out.json"))
        with gzip.open(cases, "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(case) + "\n" for case in truth)
        command = [sys.executable, str(EVAL / "score.py"), str(articles), str(cases), "--json", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        figures: dict[str, dict[str, float]] = json.loads(out.read_text())
        return figures


def score_rows(rows: list[Row], truth: list[Row]) -> dict[str, dict[str, float]]:
    """Likewise for rows in memory."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rows.parquet"
        pl.DataFrame([{name: row[name] for name in COLUMNS} for row in rows], schema=COLUMNS).write_parquet(table)
        return score(table, truth)


def score_release(pages: Path, truth: list[Row]) -> dict[str, dict[str, float]]:
    """Likewise for the release of these pages, made through the command line in a data folder of its own."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "flows", "run", str(pages.resolve()), "--data", data]
        made = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        releases = sorted((Path(data) / "releases").glob("*/articles"))
        if made.returncode or not releases:
            sys.exit(f"no release: {' '.join(command)}\n{made.stderr or made.stdout}")
        return score(releases[-1], truth)


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", EVAL / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def show(field: str, count: int, rows: list[Row], truth: list[Row]) -> None:
    """The cases where ours differs most from the truth in one field."""
    by_url, score_py, misses = {row["url"]: row for row in rows}, scorer(), []
    for case in truth:
        if (case["page_type"] == "article") != (field != "page_type"):
            continue
        row = by_url.get(case["url"], {})
        record = row.get("record")
        origin = record.field_sources if record else {}
        if field == "title" and case["title"]:
            got, true = row.get("headline"), case["title"]
            others = row.get("alternative_headlines") or []
            figure = float(score_py.norm(got) == score_py.norm(true))
            any_of = score_py.norm(true) in {score_py.norm(other) for other in others}
            note = [f"{origin.get('headline')}; alternatives {'hold' if any_of else 'LACK'} it: {others}"]
        elif field == "authors" and case["authors"] is not None:
            got, true = row.get("authors"), case["authors"]
            figure = score_py.set_f1(got, true)
            note = [f"{origin.get('authors')}: {[a.name for a in record.authors] if record else None}"]
        elif field == "keywords" and case["keywords"]:
            got, true = row.get("keywords"), case["keywords"]
            figure = score_py.set_f1(got, true)
            note = [str(origin.get("keywords"))]
        elif field == "date" and case["published"]:
            got, true = row.get("published_at"), case["published"]
            close = got is not None and abs((got - score_py.moment(true)).total_seconds()) <= 60
            same_day = got is not None and got.date().isoformat() == true[:10]
            figure = float(close or (same_day and (len(true) <= 10 or case["set"] == "web")))
            note = [f"{origin.get('published_raw')}: {record.published_raw if record else None}"]
        elif field == "body" and case["text"]:
            got, true = row.get("text") or "", case["text"]
            figure = score_py.word_f1(got, true)
            note = [f"{len(got)} characters, true {len(true)}; {origin.get('text')}"]
            got, true = got[:300], true[:300]
        elif field == "page_type":
            got, true = row.get("page_type"), case["page_type"]
            figure = float(got != "article")
            note = [str(record.page_type_evidence if record else None)]
        else:
            continue
        if figure < 1:
            misses.append((figure, case["case"], case["url"], true, got, note))
    print(f"{len(misses)} cases of {field} below 1")
    for figure, name, url, true, got, note in sorted(misses, key=lambda miss: miss[:2])[:count]:
        print(f"\n{figure:.2f}  {name}  {url}\n  true {true!r}\n  ours {got!r}\n  from {note[0]}")


def print_table(results: dict[str, tuple[dict[str, dict[str, float]], float | None]], pages: int) -> None:
    print(f"{'':24s}" + "".join(f"{side:>14s}" for side in results))
    for group, names in FIGURES.items():
        for name in names:
            cells = [figures.get(group, {}).get(name) for figures, _ in results.values()]
            print(
                f"{group + ' ' + name:24s}" + "".join(f"{'-' if c is None else format(c, '.4f'):>14s}" for c in cells)
            )
    timed = [seconds for _, seconds in results.values()]
    print(f"{'CPU seconds':24s}" + "".join(f"{seconds:14.1f}" if seconds else " " * 14 for seconds in timed))
    print(
        f"{'pages per CPU-second':24s}"
        + "".join(f"{pages / seconds:14.1f}" if seconds else " " * 14 for seconds in timed)
    )
    peer = timed[-1]
    if peer and len(timed) > 1:
        print(
            f"{'times as fast':24s}" + "".join(f"{peer / seconds:14.2f}" if seconds else " " * 14 for seconds in timed)
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pages", type=Path, default=EVAL / "dev" / "pages.warc.gz")
    arguments.add_argument("--truth", type=Path, default=EVAL / "dev" / "truth.jsonl.gz")
    arguments.add_argument("--only", choices=["ours", "trafilatura"])
    arguments.add_argument("--half", choices=["a", "b"], help="the pages of one half of the hosts")
    arguments.add_argument(
        "--show", nargs=2, metavar=("FIELD", "N"), help="title, authors, date, keywords, body, page_type"
    )
    given = arguments.parse_args()
    for path in (given.pages, given.truth, EVAL / "score.py"):
        if not path.is_file():
            sys.exit(f"{path} is absent: give --pages and --truth, with score.py in {EVAL}")
    logging.disable(logging.CRITICAL)

    with gzip.open(given.truth, "rt", encoding="utf-8") as stream:
        truth = [json.loads(line) for line in stream]
    if given.half:
        truth = [
            case for case in truth if "ab"[zlib.crc32(str(urlsplit(case["url"]).hostname).encode()) % 2] == given.half
        ]
    urls = {case["url"] for case in truth}
    pages = [page for page in read_pages(given.pages) if page.url in urls]

    sides: dict[str, Callable[[Page], Row | None]] = {"ours": ours, "trafilatura": bare_trafilatura}
    results: dict[str, tuple[dict[str, dict[str, float]], float | None]] = {}
    rows: dict[str, list[Row]] = {}
    for name, side in sides.items():
        if given.only in (None, name):
            rows[name], seconds = run(side, pages)
            results[name] = (score_rows(rows[name], truth), seconds)
        if name == "ours" and name in rows and not given.show:
            results["released"] = (score_release(given.pages, truth), None)
    print(f"{len(pages)} pages; {EXTRACTOR}")
    print_table(results, len(pages))
    if UNSEEN.is_file() and not given.show and not given.half:
        print(f"\nOn sites that the models were not fitted to ({UNSEEN.name}):\n\n{UNSEEN.read_text().rstrip()}")
    if given.show:
        print()
        show(given.show[0], int(given.show[1]), next(iter(rows.values())), truth)


if __name__ == "__main__":
    main()
