"""Columns of text made clean: normal form, invisible characters, white space, what markup left.

What belongs here: what every string of a column needs, as functions of one Polars series that keep its
length, its order and its nulls. What does not: the repairs that few strings need (``tasks.values.text``).

Each function here is idempotent: what it returns, it leaves alone. One repair can uncover the next ("&am", a soft
hyphen, "p;"), so repairs and tidying take turns until nothing changes; of a page made to peel for
ever, only the first ``_ROUNDS`` layers are taken.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from tasks.values.text import CERTAIN_MOJIBAKE, ENTITY, TAG, repair_mojibake, strip_tags, unescape

_ROUNDS = 8

# Controls but for tab and line ends; soft hyphen; zero-width space, word joiner, byte order mark; direction marks
# and overrides; interlinear anchors, the object sign and noncharacters.
_INVISIBLE = (
    r"[\x00-\x08\x0e-\x1f\x7f-\u0084\u0086-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufeff\ufff9-\ufffc\ufffe\uffff]"
)
# Zero-width joiner and non-joiner are spelling after a letter of these scripts, and glue emoji; elsewhere noise.
_JOINING = (
    r"\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}"
    r"\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}\p{Mongolian}\p{Nko}\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f"
)
_STRAY_JOINER = rf"(^|[^{_JOINING}])[\u200c\u200d]+"
# Outside these ranges a string may not be in NFC; inside, it is (tests hold it against unicodedata).
_MAY_NEED_NFC = (
    r"[^\x00-\u02ff\u0400-\u0482\u048a-\u052f\u2002-\u2027\u2030-\u205e\u20a0-\u20bf\u2122\u3001-\u3029\u4e00-\u9fff"
    r"\uff01-\uff5e]"
)

_PARAGRAPH_MARK = "\x00"  # stands for the blank line between paragraphs; no string has one by then
_SCRIPTS_WITHOUT_SPACES = r"\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = (
    rf"[[{_SCRIPTS_WITHOUT_SPACES}]&&[\p{{L}}\p{{N}}]]"
    rf"|[[\p{{L}}\p{{M}}\p{{N}}]--[{_SCRIPTS_WITHOUT_SPACES}]]+"
)


def where(series: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """``change`` applied to those strings of ``series`` alone that hold ``pattern``."""
    rows = series.str.contains(pattern).fill_null(False).arg_true()
    if not len(rows):
        return series
    return series.scatter(rows, change(series.gather(rows)))


def _each(repair: Callable[[str], str]) -> Callable[[pl.Series], pl.Series]:
    return lambda series: pl.Series(series.name, [repair(text) for text in series], dtype=pl.String)


def _visible(series: pl.Series) -> pl.Series:
    """NFC, line ends as line feeds, no invisible characters."""
    series = (
        series.str.replace_all(r"\r\n?|[\x0b\x0c\u0085\u2028]", "\n")
        .str.replace_all("\u2029", "\n\n", literal=True)
        .str.replace_all(_INVISIBLE, "")
    )
    series = where(series, "[\u200c\u200d]", lambda some: some.str.replace_all(_STRAY_JOINER, "$1"))
    return where(series, _MAY_NEED_NFC, lambda some: some.str.normalize("NFC"))


def _one_space(series: pl.Series) -> pl.Series:
    """Single plain spaces for every run of white space but the plain single space."""
    return series.str.replace_all(r"[\s--\x20]\s*|\x20\s+", " ").str.strip_chars(" ")


def _tidy_paragraphs(series: pl.Series) -> pl.Series:
    visible = _visible(series).str.replace_all(r"[\s--\n]*\n\s*\n\s*", _PARAGRAPH_MARK)
    return (
        # A line break that is left stands inside a paragraph: a verse, an address, a line of code.
        visible.str.replace_all(r"[\s--\n]*\n[\s--\n]*", "\n")
        .str.replace_all(r"[\s--[\x20\n]][\s--\n]*|\x20[\s--\n]+", " ")
        .str.replace_all(r"[\x20\n]?\x00[\x20\n]?", "\n\n")
        .str.strip_chars(" \n")
    )


def _tidy_line(series: pl.Series) -> pl.Series:
    return _one_space(_visible(series))


def _repair_text(series: pl.Series) -> pl.Series:
    series = where(series, CERTAIN_MOJIBAKE, _each(repair_mojibake))
    return where(series, ENTITY, _each(unescape))


def _repair_line(series: pl.Series) -> pl.Series:
    return where(_repair_text(series), TAG, _each(strip_tags))


_BROKEN_TEXT = f"{CERTAIN_MOJIBAKE}|{ENTITY}"
_BROKEN_LINE = f"{_BROKEN_TEXT}|{TAG}"


def _settled(
    series: pl.Series,
    broken: str,
    repair: Callable[[pl.Series], pl.Series],
    tidy: Callable[[pl.Series], pl.Series],
) -> pl.Series:
    """``repair`` and ``tidy`` in turn until nothing changes. Repairs come first: mojibake is full of controls."""
    if series.null_count() == len(series):
        return series
    series = tidy(where(series, broken, repair))
    for _ in range(_ROUNDS):
        again = where(series, broken, lambda some: tidy(repair(some)))
        if again is series or again.equals(series):
            break
        series = again
    return series.set(series == "", None)


def clean_paragraphs(series: pl.Series) -> pl.Series:
    """Text as paragraphs with one blank line between; null where nothing is left. Verse and code keep their lines."""
    return _settled(series, _BROKEN_TEXT, _repair_text, _tidy_paragraphs)


def clean_lines(series: pl.Series) -> pl.Series:
    """One line each, without tags; null where nothing is left."""
    return _settled(series, _BROKEN_LINE, _repair_line, _tidy_line)


def paragraphs(column: str) -> pl.Expr:
    """:func:`clean_paragraphs` of a column."""
    return pl.col(column).map_batches(clean_paragraphs, return_dtype=pl.String)


def one_line(column: str) -> pl.Expr:
    """:func:`clean_lines` of a column."""
    return pl.col(column).map_batches(clean_lines, return_dtype=pl.String)


def word_count(column: str) -> pl.Expr:
    """Runs of letters and digits; characters in scripts that are written without spaces."""
    return pl.col(column).str.count_matches(_WORD).cast(pl.Int32).alias("word_count")
