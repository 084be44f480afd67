"""Fit the tables of ``tasks.extraction``, and say how good they are on domains they were not fitted to.

    python bench/body_model.py

writes tasks/extraction/body/model.json (is a block the article's?) and tasks/extraction/page_type/model.json (what
kind of page is it?), about eight CPU minutes. Needs ../shared/eval (pages whose text is known). No content of
those pages goes into the tables: they hold questions about figures (``features``, ``page_type.signs``) and numbers.

The page types are fitted to bodies found by models of other folds: a body model is surer of itself on pages that it
was fitted to, and certainty is the sign that tells most.
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
from tasks.extraction.body.extract import CHOSEN, CHOSEN_OF_NEWS, Body, BodyHints, assembled, known
from tasks.extraction.body.extract import says_article as says_news
from tasks.extraction.body.features import features
from tasks.extraction.body.figures import Figures, Floats, figures
from tasks.extraction.body.places import places
from tasks.extraction.body.segments import Block
from tasks.extraction.body.training.boosting import Settings, Trees, fit
from tasks.extraction.body.training.labels import labels
from tasks.extraction.boosted import Boosted
from tasks.extraction.fields.merge import described
from tasks.extraction.marks import read_marks
from tasks.extraction.page_type.classify import ARTICLE, LEAST_SHOWN, declares_article, shows_article
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
TYPE_FOLDS = 6
TYPE_REPEATS = 3  # other folds each time: one division of 190 other pages is chance
SAID_WEIGHT = 0.1
"""Weight of a page that says that it is an article: the trees are for the others. On unseen domains, at precision
.95, recall was .958 with equal weights, .965 with .3 and .969 with none."""
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
            marks = read_marks(tree)
            structured = read_structured(tree, marks)
            shown, view = described(tree, structured, marks, url)
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
            names, matrix = features(segments, of, places(segments, of), known(hints, says_news(marks.scripts)))
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
                    weight, signs_of_page(view, shown), says_news(marks.scripts),
                )
            )  # fmt: skip
    return names, out


def fitted(names: list[str], pages: list[Case], columns: list[str] | None = None) -> Boosted:
    """A table fitted to these pages: a short fit says which columns tell most, the long ones use only those.

    ``columns``: those of another fit; then there is one long fit alone, in a third of the time.
    """
    matrix = np.concatenate([page.matrix for page in pages])
    label = np.concatenate([page.label for page in pages])
    weight = np.concatenate([page.weight for page in pages])
    if columns is None:
        short = fit(matrix, label, weight, replace(SETTINGS, trees=SCOUTS))
        kept = np.sort(np.argsort(-short.gain, kind="stable")[:COLUMNS])
    else:
        kept = np.array([names.index(name) for name in columns])
    matrix = np.ascontiguousarray(matrix[:, kept])
    fits = FITS if columns is None else 1
    return compact([names[column] for column in kept], mean_of_fits(matrix, label, weight, SETTINGS, fits))


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


def shingles(found: str, true: str) -> tuple[int, int, int]:
    """Runs of four words in both, in ours alone, in the truth alone: as ../shared/eval/score.py has it."""

    def grams(text: str) -> Counter[tuple[str, ...]]:
        words = WORD.findall(text)
        return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))

    ours, theirs = grams(found), grams(true)
    both = sum((ours & theirs).values())
    return both, sum(ours.values()) - both, sum(theirs.values()) - both


def shingle_f1(counts: list[tuple[int, int, int]]) -> float:
    """F1 of mean precision and mean recall."""
    precision = float(np.mean([both / (both + ours) for both, ours, _ in counts if both + ours]))
    recall = float(np.mean([both / (both + theirs) if both + theirs else 0.0 for both, _, theirs in counts]))
    return 2 * precision * recall / (precision + recall)


def folds(urls: list[str], count: int, seed: int = 0) -> list[int]:
    """The fold of each page; pages of one registrable domain are in one fold."""
    extract = tldextract.TLDExtract(suffix_list_urls=())
    domains = [extract(url).top_domain_under_public_suffix or url for url in urls]
    order = {domain: place for place, domain in enumerate(sorted(set(domains)))}
    fold = np.random.default_rng(seed).permutation(len(order)) % count
    return [int(fold[order[domain]]) for domain in domains]


def unseen_bodies(names: list[str], pages: list[Case], given: argparse.Namespace) -> dict[str, Body]:
    """The body of each page by a model that was not fitted to its domain; prints word F1 of the articles."""
    fold_of = folds([page.url for page in pages], FOLDS)
    figures_of: dict[str, list[float]] = {"press": [], "web": []}
    shingles_of: dict[str, list[tuple[int, int, int]]] = {"press": [], "web": []}
    worst: list[tuple[float, str]] = []
    bodies: dict[str, Body] = {}
    columns = Boosted.read(MODEL).columns if given.types_only else None
    for fold in range(FOLDS):
        model = fitted(names, [page for page, at in zip(pages, fold_of, strict=True) if at != fold], columns)
        wanted = [names.index(name) for name in model.columns]
        for page, at in zip(pages, fold_of, strict=True):
            if at == fold and page.blocks:
                least = CHOSEN_OF_NEWS if page.is_news else CHOSEN
                body = assembled(page.blocks, page.figures, model.chances(page.matrix[:, wanted]), least)
                bodies[page.url] = body
                if page.is_article:
                    figures_of[page.of].append(word_f1(body.text or "", page.truth))
                    shingles_of[page.of].append(shingles(body.text or "", page.truth))
                    worst.append((figures_of[page.of][-1], page.url))
        shown = "  ".join(
            f"{name} {np.mean(figures_of[name]):.4f} / {shingle_f1(counts):.4f} ({len(counts)})"
            for name, counts in shingles_of.items()
            if counts
        )
        print(f"folds up to {fold + 1} of {FOLDS}: word_f1 / shingle_f1 of unseen articles  {shown}", flush=True)
    if given.worst:
        print("\n".join(f"  {figure:.3f} {url}" for figure, url in sorted(worst)[: given.worst]))
    return bodies


def page_types(pages: list[Case], bodies: dict[str, Body]) -> dict[str, Boosted]:
    """A table for each page type; prints precision and recall of articles on unseen domains."""
    found = [{**page.signs, **signs_of_body(bodies.get(page.url) or Body(None))} for page in pages]
    names = list(found[0])
    matrix = np.array([[one[name] for name in names] for one in found], np.float32)
    is_article = np.array([page.is_article for page in pages])
    declares = np.array([declares_article(one) for one in found])
    shows = np.array([shows_article(one) for one in found]) & ~declares
    for how, those in (("declare", declares), ("only show", shows)):
        print(f"pages that {how} that they are articles: {those.sum()}, of which articles {is_article[those].sum()}")
    says = declares | shows
    weight = np.where(says, SAID_WEIGHT, 1).astype(np.float32)
    chances = []
    for seed in range(TYPE_REPEATS):
        fold_of = np.array(folds([page.url for page in pages], TYPE_FOLDS, seed))
        chance = np.zeros(len(pages))
        for fold in range(TYPE_FOLDS):
            seen = fold_of != fold
            trees = mean_of_fits(
                matrix[seen], is_article[seen].astype(np.float32), weight[seen], TYPE_SETTINGS, TYPE_FITS
            )
            chance[~seen] = compact(names, trees).chances(matrix[~seen][:, np.unique(trees.question)])
        chances.append(chance)
    for limit in sorted({0.30, 0.35, ARTICLE, 0.45, 0.5}):
        for how, believed in (
            ("chance alone", [np.zeros(len(pages), bool)] * TYPE_REPEATS),
            ("and those that say so", [declares | (shows & (chance >= LEAST_SHOWN)) for chance in chances]),
        ):
            kept = np.array([(chance >= limit) | also for chance, also in zip(chances, believed, strict=True)])
            both = (kept & is_article).sum()
            print(
                f"articles of unseen domains, chance >= {limit:.2f} {how}: "
                f"precision {both / kept.sum():.3f}, recall {both / is_article.sum() / TYPE_REPEATS:.3f}"
            )
    one = np.ones(len(pages), np.float32)
    kinds = [KINDS.get(page.page_type, page.page_type) for page in pages]
    out: dict[str, Boosted] = {}
    for kind in ("article", "listing", "product", "forum", "documentation", "service"):
        is_kind = np.array([of == kind for of in kinds], np.float32)
        how = (weight, TYPE_SETTINGS, TYPE_FITS) if kind == "article" else (one, OTHER_SETTINGS, 1)
        out[kind] = compact(names, mean_of_fits(matrix, is_kind, *how))
    return out


ABOUT = (
    "Made by bench/body_model.py. The chance is the logistic function of base plus one leaf of every tree. A tree: "
    "[[column, threshold]...] asked in turn, a value above the threshold being a 1 in the binary number of the "
    "leaf, first question first; then the leaves."
)


def main() -> None:
    """Unseen figures, then both tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--worst", type=int, default=0, help="print the articles of least word F1, unseen")
    arguments.add_argument(
        "--types-only",
        action="store_true",
        help="fit the page types alone, to bodies of a shorter fit with the columns of the model that is there",
    )
    given = arguments.parse_args()
    if not EVAL.exists():
        sys.exit(f"{EVAL} is not there: the tables are fitted to its pages")
    began = time.process_time()
    names, pages = cases()
    print(f"{len(pages)} pages, {sum(len(page.label) for page in pages)} blocks, {len(names)} columns", flush=True)
    bodies = unseen_bodies(names, pages, given)
    kinds = page_types(pages, bodies)
    tables = ",\n".join(f'"{kind}": {table.lines()}' for kind, table in kinds.items())
    PAGE_TYPE.write_text(f'{{"about": {json.dumps(ABOUT)},\n"kinds": {{\n{tables}\n}}}}\n', encoding="utf-8")
    if given.types_only:
        print(f"page types alone; {time.process_time() - began:.0f} CPU s")
        return
    model = fitted(names, pages)
    MODEL.write_text(f'{{"about": {json.dumps(ABOUT)},\n{model.lines()[1:]}\n', encoding="utf-8")
    print(f"{len(model.leaves)} trees over {len(model.columns)} columns; {time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
