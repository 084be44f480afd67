"""What a release is told about itself: where it comes from, what it is called, what it holds.

What belongs here: the typed facts that the caller hands to ``write_release``. What does not: anything
that is counted from the rows (``quality``, ``manifest``). No byte of a release depends on a clock or on
the machine: what is not in the rows is in these facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tasks.version import __version__

Profile = Literal["full", "metadata"]

# Told as a release is made: the step (plan, rows, documents), how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Publication:
    """How the dataset presents itself in its data card and its citation.

    ``license`` is an identifier that Hugging Face knows (``other`` by default: the texts belong to their
    publishers), ``license_name`` and ``license_url`` say which one where it is ``other``.
    """

    title: str = "Broadsheet articles"
    summary: str = "News articles taken from web pages: cleaned, deduplicated, documented, versioned."
    license: str = "other"
    license_name: str = "texts belong to their publishers"
    license_url: str | None = None
    homepage: str | None = None
    creators: tuple[str, ...] = ("Broadsheet",)


@dataclass(frozen=True, slots=True)
class CopyRule:
    """When a text is a copy of another, as ``tasks.deduplication.Thresholds`` has it; the defaults are its own.

    ``jaccard``: at this similarity of their word sequences; or, at ``least_jaccard`` already, where one of the two
    texts holds the share ``containment`` of the other.
    """

    jaccard: float = 0.7
    containment: float = 0.8
    least_jaccard: float = 0.3

    def in_words(self) -> str:
        """The rule as a part of a sentence."""
        return (
            f"the Jaccard similarity of their word sequences is {self.jaccard:g} or more, or where one holds "
            f"{self.containment:.4g} or more of the other's and the similarity is {self.least_jaccard:g} or more"
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the store a release holds; the default is all of it.

    ``where`` is a condition in Polars SQL over the columns of the articles table; ``languages`` are values of
    ``language``; ``since`` and ``until`` are days of ``published_at``, both included. They choose articles;
    copies and earlier revisions come along with the article they belong to, and rejects, which have none of
    these columns, are left out of a partial release. The profile ``metadata`` leaves out the column ``text``.
    ``copies`` is the rule that the placements were worked out by: it says which texts are articles at all.
    """

    where: str | None = None
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    profile: Profile = "full"
    copies: CopyRule = CopyRule()

    @property
    def is_partial(self) -> bool:
        """Whether rows of the store are left out."""
        return bool(self.where or self.languages or self.since or self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """What a release is made from.

    ``published_on`` is the calendar day of the release: the only date in it that no row holds.
    ``pages_read`` and ``pages_unchanged`` count the pages of all runs up to ``store_version``: together with
    the rows they give the reconciliation ``read = articles + copies + revisions + unchanged + rejects``.
    ``pages_read`` is null where nobody counted. ``pages_removed`` counts rows that were taken out of the store since.
    """

    store_version: int
    published_on: date
    rejects_version: int | None = None
    code_version: str = __version__
    runs: int | None = None
    pages_read: int | None = None
    pages_unchanged: int = 0
    pages_removed: int = 0
    publication: Publication = field(default_factory=Publication)
