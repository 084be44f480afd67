"""Fit the tables of ``tasks.extraction``, and say how good they are on domains they were not fitted to.

    python bench/body_model.py

writes tasks/extraction/body/model.json (is a block the article's?) and tasks/extraction/page_type/model.json (what
kind of page is it?), about eight CPU minutes. Needs ../shared/eval (pages whose text is known). No content of
those pages goes into the tables: they hold questions about figures (``features``, ``page_type.signs``) and numbers.

The page types are fitted to bodies found by models of other folds: a body model is surer of itself on pages that it
was fitted to, and certainty is the sign that tells most.
"""

from __future__ import annotations

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

from tasks.extraction.body.blocks import Block, segment
from tasks.extraction.body.extract import CHOSEN, CHOSEN_OF_NEWS, Body, BodyHints, assembled, known, says_article
from tasks.extraction.body.features import features
from tasks.extraction.body.figures import Figures, Floats, figures
from tasks.extraction.body.places import places
from tasks.extraction.body.training.boosting import Settings, Trees, fit
from tasks.extraction.body.training.labels import labels
from tasks.extraction.boosted import Boosted
from tasks.extraction.fields.merge import describe
from tasks.extraction.page_type.classify import ARTICLE
from tasks.extraction.page_type.signs import signs_of_body, signs_of_page
from tasks.extraction.structured import read_structured
from tasks.extraction.tree import parse

ROOT = Path(__file__).parent.parent
EVAL = ROOT / "../shared/eval/dev"
MODEL = ROOT / "tasks/extraction/body/model.json"
PAGE_TYPE = ROOT / "tasks/extraction/page_type/model.json"
WORD = re.compile(r"\w+")
# Of a page, by whether it is an article, and by set: press pages are what Broadsheet is for, and a third as many.
WEIGHTS = {(True, "press"): 2.0, (True, "web"): 1.0, (False, "web"): 0.15, (False, "press"): 0.15}
SETTINGS = Settings(trees=220, depth=6, rate=0.08)
FITS = 2
SCOUTS = 60  # trees of the fit that chooses columns
COLUMNS = 140
FOLDS = 5
TYPE_FITS = 3
TYPE_SETTINGS = Settings(trees=240, depth=4, rate=0.05, shrink=5, columns=0.15, rows=1.5)
OTHER_SETTINGS = Settings(trees=80, depth=3, rate=0.1, shrink=2, columns=0.15, rows=1.5)
KINDS = {"collection": "listing"}  # words of the truth that are ours under another name


@dataclass
class Case:
    """One page: its blocks as rows, which are in the truth, and its signs."""

    url: str
    of: str  # press or web
    page_type: str
    truth: str
    blocks: list[Block]
    figures: Figures
    matrix: Floats
    label: Floats
    weight: Floats
    signs: dict[str, float]
    is_news: bool

    @property
    def is_article(self) -> bool:
        """Whether the truth calls it one."""
        return self.page_type == "article"


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
            label = (np.array(labels(of.texts, truth["text"] or ""), np.float32) >= 0.5).astype(np.float32)
            words = np.array([len(WORD.findall(text)) + 1 for text in of.texts], np.float32)
            # Every page weighs the same, and its blocks by their words: what the word figures measure.
            weight = (
                np.minimum(words / (float((words * label).sum()) + 100), 1)
                * WEIGHTS[truth["page_type"] == "article", truth["set"]]
            )
            out.append(
                Case(
                    url, truth["set"], truth["page_type"], truth["text"] or "", segments.blocks, of, matrix, label,
                    weight, signs_of_page(tree, structured, url), says_article(tree),
                )
            )  # fmt: skip
    return names, out


def fitted(names: list[str], pages: list[Case]) -> Boosted:
    """A table fitted to these pages: a short fit says which columns tell most, the long ones use only those."""
    matrix = np.concatenate([page.matrix for page in pages])
    label = np.concatenate([page.label for page in pages])
    weight = np.concatenate([page.weight for page in pages])
    short = fit(matrix, label, weight, replace(SETTINGS, trees=SCOUTS))
    kept = np.sort(np.argsort(-short.gain, kind="stable")[:COLUMNS])
    matrix = np.ascontiguousarray(matrix[:, kept])
    return compact([names[column] for column in kept], mean_of_fits(matrix, label, weight, SETTINGS, FITS))


def mean_of_fits(matrix: Floats, label: Floats, weight: Floats, settings: Settings, count: int) -> Trees:
    """Several fits, that differ by chance, as one: their trees stand side by side at a share of their weight."""
    fits = [fit(matrix, label, weight, replace(settings, seed=seed)) for seed in range(1, count + 1)]
    return Trees(
        float(np.mean([one.base for one in fits])),
        np.concatenate([one.question for one in fits]),
        np.concatenate([one.above for one in fits]),
        np.concatenate([one.leaves for one in fits]) / np.float32(count),
        np.sum([one.gain for one in fits], 0),
    )


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


def folds(urls: list[str], count: int) -> list[int]:
    """The fold of each page; pages of one registrable domain are in one fold."""
    extract = tldextract.TLDExtract(suffix_list_urls=())
    domains = [extract(url).top_domain_under_public_suffix or url for url in urls]
    order = {domain: place for place, domain in enumerate(sorted(set(domains)))}
    fold = np.random.default_rng(0).permutation(len(order)) % count
    return [int(fold[order[domain]]) for domain in domains]


def unseen_bodies(names: list[str], pages: list[Case]) -> dict[str, Body]:
    """The body of each page by a model that was not fitted to its domain; prints word F1 of the articles."""
    fold_of = folds([page.url for page in pages], FOLDS)
    figures_of: dict[str, list[float]] = {"press": [], "web": []}
    bodies: dict[str, Body] = {}
    for fold in range(FOLDS):
        model = fitted(names, [page for page, at in zip(pages, fold_of, strict=True) if at != fold])
        wanted = [names.index(name) for name in model.columns]
        for page, at in zip(pages, fold_of, strict=True):
            if at == fold and page.blocks:
                least = CHOSEN_OF_NEWS if page.is_news else CHOSEN
                body = assembled(page.blocks, page.figures, model.chances(page.matrix[:, wanted]), least)
                bodies[page.url] = body
                if page.is_article:
                    figures_of[page.of].append(word_f1(body.text or "", page.truth))
        shown = "  ".join(
            f"{name} {np.mean(values):.4f} ({len(values)})" for name, values in figures_of.items() if values
        )
        print(f"folds up to {fold + 1} of {FOLDS}: word_f1 of unseen articles  {shown}", flush=True)
    return bodies


def page_types(pages: list[Case], bodies: dict[str, Body]) -> dict[str, Boosted]:
    """A table for each page type; prints precision and recall of articles on unseen domains."""
    found = [{**page.signs, **signs_of_body(bodies.get(page.url) or Body(None))} for page in pages]
    names = list(found[0])
    matrix = np.array([[one[name] for name in names] for one in found], np.float32)
    one = np.ones(len(pages), np.float32)
    is_article = np.array([page.is_article for page in pages])
    fold_of = np.array(folds([page.url for page in pages], 8))
    chance = np.zeros(len(pages))
    for fold in range(8):
        seen = fold_of != fold
        trees = mean_of_fits(matrix[seen], is_article[seen].astype(np.float32), one[seen], TYPE_SETTINGS, TYPE_FITS)
        chance[~seen] = compact(names, trees).chances(matrix[~seen][:, np.unique(trees.question)])
    for limit in (0.35, ARTICLE, 0.5, 0.55):
        kept = chance >= limit
        both = (kept & is_article).sum()
        print(
            f"articles of unseen domains, chance >= {limit}: "
            f"precision {both / kept.sum():.3f}, recall {both / is_article.sum():.3f}"
        )
    kinds = [KINDS.get(page.page_type, page.page_type) for page in pages]
    out: dict[str, Boosted] = {}
    for kind in ("article", "listing", "product", "forum", "documentation", "service"):
        is_kind = np.array([of == kind for of in kinds], np.float32)
        how = (TYPE_SETTINGS, TYPE_FITS) if kind == "article" else (OTHER_SETTINGS, 1)
        out[kind] = compact(names, mean_of_fits(matrix, is_kind, one, *how))
    return out


ABOUT = (
    "Made by bench/body_model.py. The chance is the logistic function of base plus one leaf of every tree. A tree: "
    "[[column, threshold]...] asked in turn, a value above the threshold being a 1 in the binary number of the "
    "leaf, first question first; then the leaves."
)


def main() -> None:
    """Unseen figures, then both tables."""
    if not EVAL.exists():
        sys.exit(f"{EVAL} is not there: the tables are fitted to its pages")
    began = time.process_time()
    names, pages = cases()
    print(f"{len(pages)} pages, {sum(len(page.label) for page in pages)} blocks, {len(names)} columns", flush=True)
    bodies = unseen_bodies(names, pages)
    kinds = page_types(pages, bodies)
    tables = ",\n".join(f'"{kind}": {table.lines()}' for kind, table in kinds.items())
    PAGE_TYPE.write_text(f'{{"about": {json.dumps(ABOUT)},\n"kinds": {{\n{tables}\n}}}}\n', encoding="utf-8")
    model = fitted(names, pages)
    MODEL.write_text(f'{{"about": {json.dumps(ABOUT)},\n{model.lines()[1:]}\n', encoding="utf-8")
    print(f"{len(model.leaves)} trees over {len(model.columns)} columns; {time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
