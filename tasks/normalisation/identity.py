"""What names a text and an article: digests and ids, the same for ever.

What belongs here: ``text_sha256``, ``article_id``, ``document_id``. What does not: which document leads an article
(``tasks.deduplication``).
"""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
import polars_hash as plh

from tasks.normalisation.text import where

# Only a string with another character than these can be changed by NFKC, once it is in NFC.
_MAY_CHANGE_IN_NFKC = (
    r"[^\x00-\x7f\u00a1-\u00a7\u00a9\u00ab-\u00ae\u00b0\u00b1\u00b6\u00b7\u00bb\u00bf-\u0131\u0134-\u013e\u0141-\u0148"
    r"\u014a-\u017e\u0400-\u0482\u048a-\u052f\u2010\u2012-\u2016\u2018-\u2023\u2030\u2039\u203a\u20ac\u3001-\u3029"
    r"\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"
)


def folded(series: pl.Series) -> pl.Series:
    """Strings with case, punctuation and white space aside: NFKC, lower case, letters and digits, single spaces."""
    return (
        where(series, _MAY_CHANGE_IN_NFKC, lambda some: some.str.normalize("NFKC"))
        .str.to_lowercase()
        .str.replace_many(["ß", "ς"], ["ss", "σ"])  # what a change of case can turn into the other
        .str.replace_all(r"[^\p{L}\p{M}\p{N} ]+", " ")
        .str.replace_all(r"\x20{2,}", " ")
        .str.strip_chars(" ")
    )


def text_digest(series: pl.Series) -> pl.Series:
    """SHA-256 (64 hexadecimal digits) of each text, folded: equal for texts that read alike."""
    return folded(series).to_frame("text").select(plh.col("text").chash.sha2_256()).to_series()


def with_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds ``text_sha256``, ``article_id`` and ``document_id``, from ``text`` and ``canonical_url``."""
    texts = text_digest(frame["text"])
    articles = [url and uuid5(NAMESPACE_URL, url) for url in frame["canonical_url"]]
    documents = [article and text and uuid5(article, text) for article, text in zip(articles, texts, strict=True)]
    return frame.with_columns(
        texts.alias("text_sha256"), _written("article_id", articles), _written("document_id", documents)
    )


def _written(name: str, ids: list[UUID | None]) -> pl.Series:
    return pl.Series(name, [None if one is None else str(one) for one in ids], dtype=pl.String)
