"""Families of edited copies, made from real prose with a fixed seed: what deduplication is measured on.

What belongs here: the texts, their true families, and large collections with chosen shares of copies. What
does not: the measuring (``deduplication.py``). Texts of random words flatter every method, so the prose is that of
the evaluation pages, ``../shared/eval/dev``; without them there is nothing to measure on, and the benchmark says so.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

SEED = 20261123
TRUTH = Path(__file__).parents[2] / "shared" / "eval" / "dev" / "truth.jsonl.gz"


def prose() -> list[str]:
    """The evaluation pages' texts of at least 200 words, no two alike; empty where they are not there."""
    if not TRUTH.exists():
        return []
    with gzip.open(TRUTH, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] or "" for line in lines]
    kept, seen = [], set[str]()
    for text in texts:
        parts = [part for part in sentences(text) if len(part.split()) > 6]
        if len(text.split()) >= 200 and sum(part in seen for part in parts) < 0.1 * len(parts):
            kept.append(text)
            seen.update(parts)
    return kept


@dataclass
class Collection:
    """Texts with the site each is on, its true family, and how it was made."""

    texts: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    families: list[int] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)

    def add(self, text: str, site: str, family: int, edit: str) -> None:
        """One document more."""
        self.texts.append(text)
        self.sites.append(site)
        self.families.append(family)
        self.edits.append(edit)


class Editor:
    """What newsrooms and sites do to a text that they take over."""

    def __init__(self, draw: random.Random, texts: list[str]) -> None:
        self.draw = draw
        self.words = sorted({word for text in texts for word in text.split()})
        self.sentences = [part for text in texts for part in sentences(text) if len(part.split()) > 6]

    def cut_short(self, text: str) -> str:
        """The first 40 to 90 percent of the sentences."""
        parts = sentences(text)
        return " ".join(parts[: max(3, int(len(parts) * self.draw.uniform(0.4, 0.9)))])

    def footer_added(self, text: str) -> str:
        """Two to five sentences more at the end."""
        return f"{text}\n\n{' '.join(self.draw.sample(self.sentences, self.draw.randint(2, 5)))}"

    def words_changed(self, text: str) -> str:
        """1 to 10 percent of the words replaced."""
        words = text.split(" ")
        for place in self.draw.sample(range(len(words)), max(1, int(len(words) * self.draw.uniform(0.01, 0.1)))):
            words[place] = self.draw.choice(self.words)
        return " ".join(words)

    def headline_changed(self, text: str) -> str:
        """Another headline above it."""
        return f"{' '.join(self.draw.sample(self.words, 9))}\n\n{text}"

    def lead_rewritten(self, text: str) -> str:
        """The first tenth to fifth of the sentences replaced by others."""
        parts = sentences(text)
        lead = max(1, int(len(parts) * self.draw.uniform(0.1, 0.2)))
        return " ".join(self.draw.sample(self.sentences, lead) + parts[lead:])

    def merged(self, text: str, other: str) -> str:
        """A text, and after it the head of another: a third to nine tenths as many words."""
        wanted = len(text.split()) * self.draw.uniform(0.33, 0.9)
        added: list[str] = []
        for part in sentences(other):
            if sum(len(one.split()) for one in added) >= wanted:
                break
            added.append(part)
        return f"{text}\n\n{' '.join(added)}"


def sentences(text: str) -> list[str]:
    """The sentences of a text, roughly."""
    return [part for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part]


EDITS = ("cut_short", "footer_added", "words_changed", "headline_changed", "lead_rewritten", "merged", "unchanged")


def families(texts: list[str], copies: tuple[int, ...] = (0, 0, 1, 1, 2, 3, 5, 7), seed: int = SEED) -> Collection:
    """Each text with edited copies on other sites, as many as one of ``copies``.

    A merged copy belongs to its first text, the larger part of it.
    """
    draw = random.Random(seed)
    editor = Editor(draw, texts)
    made = Collection()
    for family, text in enumerate(texts):
        made.add(text, f"site-{draw.randrange(400)}.example", family, "original")
        for _ in range(draw.choice(copies)):
            edit = draw.choice(EDITS)
            if edit == "merged":
                copy = editor.merged(text, texts[draw.randrange(len(texts))])
            else:
                copy = text if edit == "unchanged" else getattr(editor, edit)(text)
            made.add(copy, f"site-{draw.randrange(400)}.example", family, edit)
    return made


def templates(texts: list[str], sites: int = 20, pages: int = 100, seed: int = SEED) -> Collection:
    """Unrelated pages of ``sites`` templates: 60 to 250 words of their own, and the site's 60 to 600 words."""
    draw = random.Random(seed)
    words = [word for text in texts for word in text.split()]
    seen: set[tuple[str, ...]] = set()
    at = 0

    def stretch(length: int) -> str:
        """The next words that do not repeat what was used before: some pages say everything ten times."""
        nonlocal at
        while True:
            taken = words[at : at + length]
            at += length
            threes = set(zip(taken, taken[1:], taken[2:], strict=False))
            if len(threes & seen) < 0.05 * len(threes):
                seen.update(threes)
                return " ".join(taken)

    made = Collection()
    for site in range(sites):
        footer = stretch(60 + int(540 * site / max(sites - 1, 1)))
        for _ in range(pages):
            made.add(
                f"{stretch(draw.randint(60, 250))}\n\n{footer}", f"template-{site}.example", len(made.texts), "page"
            )
    return made
