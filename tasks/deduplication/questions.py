"""Pairs that may match, with all that is needed to judge them: whole, or in parts that workers take.

What belongs here: questions, their parts and their form on disk, and the texts that are read to answer them. What does
not: how a pair is judged (``verification``), and which pairs there are (``edges``).

A part has the pairs whose later documents lie in a range. Whether a pair must be counted from the texts depends on the
other pairs of its later document alone, so the answers are the same however the questions are divided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tasks.deduplication.fingerprints import binary_rows, signature_rows
from tasks.deduplication.passing import PASSING
from tasks.deduplication.positions import in_files_with, texts_of
from tasks.deduplication.shingles import Bytes, Hashes, shingle_sets
from tasks.deduplication.thresholds import Shares
from tasks.deduplication.verification import Fingerprints, Numbers, Pairs, judge
from tasks.schema.tables import SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class Questions:
    """Pairs of texts, each text a row of ``text_keys``, ``documents`` and ``boilerplate``.

    The first ``of_run`` rows are texts of the run, the others of the store. ``slots`` are the numbers of the rows among
    all texts: what answers are given in. ``similarity`` is each pair's ``raw_similarity``.
    """

    slots: Numbers
    of_run: int
    text_keys: pl.Series
    documents: Fingerprints
    boilerplate: Bytes | None
    later: Numbers
    earlier: Numbers
    similarity: Shares

    def answer(self, new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path] = ()) -> Pairs:
        """The pairs that match, with their scores. The texts in doubt are read from ``new``, ``known`` or ``files``."""
        read = self._reader(new, known, files)
        judged = judge(self.documents, (self.later, self.earlier), self.similarity, self.boilerplate, read)
        judged.later, judged.earlier = self.slots[judged.later], self.slots[judged.earlier]
        return judged

    def parts(self, count: int) -> Iterator[Questions]:
        """The same questions in at most ``count`` parts of about as many pairs."""
        if not len(self.later):
            return
        starts = np.unique(np.sort(self.later)[len(self.later) * np.arange(count) // count])
        part = np.searchsorted(starts, self.later, side="right") - 1
        for number in range(len(starts)):
            yield self._some(np.flatnonzero(part == number))

    def _some(self, chosen: Numbers) -> Questions:
        rows, ends = np.unique(np.concatenate([self.later[chosen], self.earlier[chosen]]), return_inverse=True)
        return Questions(
            slots=self.slots[rows],
            of_run=int(np.searchsorted(rows, self.of_run)),
            text_keys=self.text_keys[rows],
            documents=Fingerprints(self.documents.signatures[rows], self.documents.counts[rows]),
            boilerplate=None if self.boilerplate is None else self.boilerplate[rows],
            later=ends[: len(chosen)].astype(np.int64),
            earlier=ends[len(chosen) :].astype(np.int64),
            similarity=self.similarity[chosen],
        )

    def write(self, file: Path) -> None:
        """Two files: ``file``, a row a text, and beside it its pairs."""
        masks = self.boilerplate
        texts = pl.DataFrame(
            {
                "slot": self.slots,
                "of_run": np.arange(len(self.slots)) < self.of_run,
                "text_key": self.text_keys,
                "shingle_count": self.documents.counts,
                "signature": binary_rows(self.documents.signatures),
                "boilerplate": pl.Series([None] * len(self.slots), dtype=pl.Binary)
                if masks is None
                else binary_rows(masks),
            }
        )
        pairs = pl.DataFrame({"later": self.later, "earlier": self.earlier, "similarity": self.similarity})
        pairs.write_parquet(_pairs_of(file), **PASSING)
        texts.write_parquet(file, **PASSING)

    @classmethod
    def read(cls, file: Path) -> Questions:
        """What was written."""
        texts, pairs = pl.read_parquet(file), pl.read_parquet(_pairs_of(file))
        masks = texts["boilerplate"]
        return cls(
            slots=texts["slot"].to_numpy(),
            of_run=int(texts["of_run"].sum()),
            text_keys=texts["text_key"],
            documents=Fingerprints(signature_rows(texts["signature"]), texts["shingle_count"].to_numpy()),
            boilerplate=None if masks.null_count() else signature_rows(masks, SIGNATURE_BYTES // 8),
            later=pairs["later"].to_numpy(),
            earlier=pairs["earlier"].to_numpy(),
            similarity=pairs["similarity"].to_numpy(),
        )

    def _reader(
        self, new: pl.LazyFrame, known: pl.LazyFrame | None, files: Sequence[Path]
    ) -> Callable[[Numbers], dict[int, Hashes]]:
        """What reads the texts of rows and makes their shingle sets."""

        def read(wanted: Numbers) -> dict[int, Hashes]:
            sets = _shingle_sets(new, self.text_keys[wanted[wanted < self.of_run]])
            if known is not None:
                theirs = self.text_keys[wanted[wanted >= self.of_run]]
                sets |= _shingle_sets(in_files_with(files, theirs) if files else known, theirs)
            return {row: sets[text] for row, text in zip(wanted.tolist(), self.text_keys[wanted], strict=True)}

        return read


def _pairs_of(file: Path) -> Path:
    return file.with_suffix(".pairs.parquet")


def _shingle_sets(frame: pl.LazyFrame | None, text_keys: pl.Series) -> dict[int, Hashes]:
    """The shingle set of each text, by its ``text_key``."""
    found: dict[int, Hashes] = {}
    for piece in texts_of(frame, text_keys) if len(text_keys) and frame is not None else ():
        texts = piece.unique("text_key", keep="any")
        names = iter(texts["text_key"].to_list())
        for sets in shingle_sets(texts["text"]):
            for document in range(len(sets)):
                found[next(names)] = sets[document].copy()
    return found
