"""Fit the block model of ``tasks.extraction.body``, and say how good it is on pages it was not fitted to.

    python bench/body_model.py            five folds by registrable domain, then the fit on all pages, written to
                                          tasks/extraction/body/model.json
    python bench/body_model.py --folds 0  the fit alone

Needs ../shared/eval (pages whose text is known). No content of those pages goes into the table: it holds
questions about figures (``features``) and numbers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import tldextract
from fastwarc.warc import ArchiveIterator, WarcRecordType

from tasks.extraction.body.blocks import segment
from tasks.extraction.body.extract import BodyHints, known, says_article
from tasks.extraction.body.features import features
from tasks.extraction.body.figures import Floats, figures
from tasks.extraction.body.places import places
from tasks.extraction.body.training.boosting import Settings, Trees, fit
from tasks.extraction.body.training.labels import labels
from tasks.extraction.boosted import Boosted
from tasks.extraction.merge import describe
from tasks.extraction.structured import read_structured
from tasks.extraction.tree import parse

ROOT = Path(__file__).parent.parent
EVAL = ROOT / "../shared/eval/dev"
MODEL = ROOT / "tasks/extraction/body/model.json"
WORD = re.compile(r"\w+")
OTHER_PAGES = 0.15  # weight of a page that is no article, beside an article's 1
SETTINGS = Settings(trees=300, depth=6, rate=0.08)
SCOUTS = 60  # trees of the fit that chooses columns
COLUMNS = 140


@dataclass
class Case:
    """One page: its blocks as rows, and which are in the truth."""

    url: str
    of: str  # press or web
    is_article: bool
    truth: str
    texts: list[str]
    matrix: Floats
    label: Floats
    weight: Floats


def cases() -> tuple[list[str], list[Case]]:
    """Names of the columns, and every page that has blocks."""
    with gzip.open(EVAL / "truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        truths: dict[str, dict[str, Any]] = {case["url"]: case for case in map(json.loads, lines)}
    out: list[Case] = []
    names: list[str] = []
    with (EVAL / "pages.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            url = record.headers["WARC-Target-URI"]
            tree = parse(record.reader.read(), record.http_charset)
            structured = read_structured(tree)
            shown = describe(tree, structured, url)
            hints = BodyHints(
                json_ld_bodies=structured.article_bodies(),
                headline=shown.headline,
                description=shown.description,
                authors=[author.name for author in shown.authors],
                url=url,
            )
            segments = segment(tree)
            if not segments.blocks:
                continue
            of = figures(segments.blocks)
            names, matrix = features(segments, of, places(segments, of), known(hints, says_article(tree)))
            truth = truths[url]
            texts = [block.text for block in segments.blocks]
            label = (np.array(labels(texts, truth["text"] or ""), np.float32) >= 0.5).astype(np.float32)
            words = np.array([len(WORD.findall(text)) + 1 for text in texts], np.float32)
            # Every page weighs the same, and its blocks by their words: what the word figures measure.
            weight = np.minimum(words / (float((words * label).sum()) + 100), 1)
            is_article = truth["page_type"] == "article"
            out.append(
                Case(url, truth["set"], is_article, truth["text"] or "", texts, matrix, label,
                     weight * (1 if is_article else OTHER_PAGES))
            )  # fmt: skip
    return names, out


def fitted(names: list[str], pages: list[Case], settings: Settings) -> Boosted:
    """A table fitted to these pages: a short fit says which columns tell most, the long one uses only those."""
    matrix = np.concatenate([page.matrix for page in pages])
    label = np.concatenate([page.label for page in pages])
    weight = np.concatenate([page.weight for page in pages])
    short = fit(matrix, label, weight, replace(settings, trees=SCOUTS))
    kept = np.sort(np.argsort(-short.gain, kind="stable")[:COLUMNS])
    return compact([names[column] for column in kept], fit(matrix[:, kept], label, weight, settings))


def compact(names: list[str], trees: Trees) -> Boosted:
    """The table with only those columns that a tree asks about."""
    asked = np.unique(trees.question)
    return Boosted(
        [names[column] for column in asked],
        trees.base,
        np.searchsorted(asked, trees.question),
        trees.above,
        trees.leaves,
    )


def word_f1(found: str, true: str) -> float:
    """Bag-of-words F1, as ../shared/eval/score.py has it."""
    ours, theirs = Counter(WORD.findall(found.lower())), Counter(WORD.findall(true.lower()))
    both = sum((ours & theirs).values())
    return 2 * both / (sum(ours.values()) + sum(theirs.values())) if both else 0.0


def folds(pages: list[Case], count: int) -> list[int]:
    """The fold of each page; pages of one registrable domain are in one fold."""
    extract = tldextract.TLDExtract(suffix_list_urls=())
    domains = [extract(page.url).registered_domain or page.url for page in pages]
    order = {domain: place for place, domain in enumerate(sorted(set(domains)))}
    fold = np.random.default_rng(0).permutation(len(order)) % count
    return [int(fold[order[domain]]) for domain in domains]


def cross_validate(names: list[str], pages: list[Case], count: int) -> None:
    """Print word F1 of articles in pages that the model was not fitted to."""
    fold_of = folds(pages, count)
    figures: dict[str, list[float]] = {"press": [], "web": []}
    for fold in range(count):
        model = fitted(names, [page for page, at in zip(pages, fold_of, strict=True) if at != fold], SETTINGS)
        wanted = [names.index(name) for name in model.columns]
        for page, at in zip(pages, fold_of, strict=True):
            if at == fold and page.is_article:
                chances = model.chances(page.matrix[:, wanted])
                text = "\n\n".join(text for text, chance in zip(page.texts, chances, strict=True) if chance >= 0.5)
                figures[page.of].append(word_f1(text, page.truth))
        shown = "  ".join(f"{name} {np.mean(values):.4f} ({len(values)})" for name, values in figures.items() if values)
        print(f"folds up to {fold + 1} of {count}: word_f1 of unseen articles  {shown}", flush=True)


def write(model: Boosted, pages: int) -> None:
    """The table as JSON, one tree a line."""
    trees = [
        json.dumps(
            [
                [[int(column), float(f"{above:.6g}")] for column, above in zip(columns, thresholds, strict=True)],
                [float(f"{leaf:.4g}") for leaf in leaves],
            ],
            separators=(",", ":"),
        )
        for columns, thresholds, leaves in zip(model.question, model.above, model.leaves, strict=True)
    ]
    about = (
        f"Chance that a block is part of the article: logistic function of base and the leaves of all trees. "
        f"Made by bench/body_model.py from {pages} pages. Each tree: [[column, threshold]...] asked in turn, a yes "
        f"(above the threshold) adding a 1 to the binary number of the leaf, first question first; then the leaves."
    )
    head = f'{{"about": {json.dumps(about)},\n"columns": {json.dumps(model.columns)},\n"base": {model.base:.6g},\n"trees": [\n'
    MODEL.write_text(head + ",\n".join(trees) + "\n]}\n", encoding="utf-8")


def main() -> None:
    """Folds, then the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--folds", type=int, default=5)
    options = arguments.parse_args()
    if not EVAL.exists():
        sys.exit(f"{EVAL} is not there: the model is fitted to its pages")
    began = time.process_time()
    names, pages = cases()
    print(f"{len(pages)} pages, {sum(len(page.label) for page in pages)} blocks, {len(names)} columns")
    if options.folds:
        cross_validate(names, pages, options.folds)
    model = fitted(names, pages, SETTINGS)
    write(model, len(pages))
    print(f"{MODEL.relative_to(ROOT)}: {len(model.leaves)} trees over {len(model.columns)} columns, {time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
