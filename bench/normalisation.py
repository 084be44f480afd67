"""What normalisation costs, beside peers that do one part of it. CPU time of this process, best of three.

Reads the development pages (../shared/eval/dev) for texts and URLs of real length; without them there is nothing to
measure. Run as ``python bench/normalisation.py``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from courlan import clean_url
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tasks.normalisation import normalise, records_frame
from tasks.normalisation.detection import detect
from tasks.normalisation.text import clean_paragraphs
from tasks.page import Origin, Page
from tasks.record import Author, Image, Record
from tasks.values.urls import normalise_url

TRUTH = Path(__file__).parents[2] / "shared/eval/dev/truth.jsonl.gz"
BATCH = 256


def cpu_seconds(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def plain_python(text: str) -> str:
    """What a script would do: normal form and white space, no repairs."""
    paragraphs = re.split(r"\n\s*\n", unicodedata.normalize("NFC", text))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def main() -> None:
    if not TRUTH.exists():
        print(f"skipped: {TRUTH} is absent")
        return
    with gzip.open(TRUTH, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    origin = Origin("pages.warc.gz", retrieved_at=datetime(2026, 1, 1, tzinfo=UTC))
    rows = [
        (
            Page(case["url"], b"", origin),
            Record(
                headline=case["title"],
                text=case["text"],
                keywords=case["keywords"] or [],
                authors=[Author(name) for name in case["authors"] or []],
                published_raw=case["published"],
                canonical_url=case["url"],
                images=[Image(f"/{size}.jpg", size, size, "A caption") for size in (640, 1280, 1920)],
                field_sources={"headline": "json-ld", "text": "trafilatura"},
            ),
            hashlib.sha256(case["url"].encode()).hexdigest(),
        )
        for case in cases
    ]
    words = {"source": None, "run_id": "r", "ingested_at": datetime(2026, 1, 2, tzinfo=UTC), "extractor": "e"}
    texts, urls = [case["text"] or "" for case in cases], [case["url"] for case in cases]
    samples = [text[:700] for text in texts]
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    detect(samples[:1])  # loads the model, once a process

    def stage() -> None:
        for start in range(0, len(rows), BATCH):
            normalise(records_frame(rows[start : start + BATCH]), **words)

    table = [
        (f"normalise, whole, batches of {BATCH}", cpu_seconds(stage)),
        ("  records to a frame", cpu_seconds(lambda: records_frame(rows))),
        ("  text: clean_paragraphs", cpu_seconds(lambda: clean_paragraphs(pl.Series(texts)))),
        ("    peer: unicodedata, split and join, no repairs", cpu_seconds(lambda: [plain_python(t) for t in texts])),
        ("  language: detect, 700 characters", cpu_seconds(lambda: detect(samples))),
        ("    peer: py3langid, one by one", cpu_seconds(lambda: [identifier.classify(sample) for sample in samples])),
        ("  URL: normalise_url", cpu_seconds(lambda: [normalise_url(url) for url in urls])),
        ("    peer: courlan.clean_url", cpu_seconds(lambda: [clean_url(url) for url in urls])),
    ]
    letters = sum(map(len, texts))
    print(f"{len(rows)} pages, {letters / 1e6:.1f} million characters of text\n")
    print(f"{'':52}{'CPU-s':>8}{'ms/page':>10}")
    for name, seconds in table:
        print(f"{name:52}{seconds:8.3f}{1000 * seconds / len(rows):10.3f}")


if __name__ == "__main__":
    main()
