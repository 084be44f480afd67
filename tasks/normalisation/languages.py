"""The language of each text, and the one that its page declares.

What belongs here: the choice between what was detected and what was declared. What does not: detection itself
(``detection``) and how tags are written (``tasks.values.languages``).
"""

from __future__ import annotations

import polars as pl

from tasks.normalisation.detection import Guess, detect
from tasks.values.languages import alike, is_kind_of, language_tag, primary

# Characters looked at. On 668 pages of known language, 700 gave the answers of 2,000; 400 gave two wrong ones more.
_SAMPLE = 700
_SHORT = 60  # characters: about a headline, too little to go by against what the page says
_LEAST = 20  # characters: less is a name, and names have no language


def _choose(sample: str, guess: Guess, declared: str | None) -> tuple[str | None, bool]:
    """The text's language, and whether it was detected."""
    stated = primary(declared) if declared else None
    detected = language_tag(guess.language)
    if detected is None or detected == stated:
        return stated, detected is not None
    if stated is not None and is_kind_of(stated, detected):
        return stated, True
    if stated is None:
        sure = len(sample) >= _LEAST and guess.probability >= 0.5
        return (detected, True) if sure else (None, False)
    needed = 0.95 if alike(detected, stated) else 0.5
    if len(sample) < _SHORT or guess.probability < needed:
        return stated, False
    return detected, True


def with_languages(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``language`` and ``language_detected``, makes ``language_declared`` BCP 47.

    A declared language is kept against the detector where the text is short, where the detector is unsure, and where
    the two are written alike and it is not quite sure.
    """
    declared = [language_tag(raw) for raw in frame["language_declared"]]
    samples = frame["text"].str.slice(0, _SAMPLE).to_list()
    chosen = [_choose(*row) for row in zip(samples, detect(samples), declared, strict=True)]
    return frame.with_columns(
        pl.Series("language_declared", declared, dtype=pl.String),
        pl.Series("language", [language for language, _ in chosen], dtype=pl.String),
        pl.Series("language_detected", [detected for _, detected in chosen], dtype=pl.Boolean),
    )
