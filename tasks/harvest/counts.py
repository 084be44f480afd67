"""What a harvest did: how many pages of each source were found and asked for, and what came of it.

What belongs here: the figures of one harvest. What does not: how they are shown (the flow).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tasks.harvest.state import Outcome

RESULTS = ("fetched", "unchanged", "redirected", "gone", "refused", "failed")


@dataclass
class SourceCounts:
    """One source. ``asked``: pages asked for or looked at; each ended as one of :data:`RESULTS`.

    ``listings``: the same results for feeds and sitemaps. ``reasons``: why pages were gone, refused or failed.
    ``removed``: URLs that were named, or known, and left out because they were taken out for good.
    """

    discovered: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    listings: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    removed: int = 0

    @property
    def asked(self) -> int:
        """Pages that ended in this harvest, one way or another; a page tried twice counts twice."""
        return self.pages.total()

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "discovered": self.discovered,
            "asked": self.asked,
            **{result: self.pages[result] for result in RESULTS},
            "reasons": dict(self.reasons.most_common()),
            "listings": {result: self.listings[result] for result in RESULTS if self.listings[result]},
            "bytes": self.bytes,
            "removed": self.removed,
        }


@dataclass
class HarvestCounts:
    """A whole harvest. ``files``: the WARCs that were finished, by name. ``problems``: one line each.

    ``waiting``: pages and listings left because their host rests, or for a later try; ``next_due``: seconds since
    1970 of the first of them.
    """

    sources: dict[str, SourceCounts] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    recovered: int = 0
    next_due: float | None = None
    seconds: float = 0.0

    def note(self, outcome: Outcome, discovered: int) -> None:
        """Count one outcome."""
        counts = self.sources.setdefault(outcome.page.source, SourceCounts())
        if outcome.page.role == "page":
            counts.pages[outcome.result] += 1
        else:
            counts.listings[outcome.result] += 1
            counts.discovered += discovered
        if outcome.reason:
            counts.reasons[outcome.reason] += 1
        counts.bytes += outcome.bytes
        counts.removed += outcome.removed
        if outcome.problem:
            self.problem(outcome.problem)

    def problem(self, text: str) -> None:
        """Note one thing that a person should know; the first hundred."""
        if len(self.problems) < 100:
            self.problems.append(" ".join(text.split())[:500])

    def total(self) -> SourceCounts:
        """All sources together."""
        whole = SourceCounts()
        for counts in self.sources.values():
            whole.discovered += counts.discovered
            whole.pages.update(counts.pages)
            whole.listings.update(counts.listings)
            whole.reasons.update(counts.reasons)
            whole.bytes += counts.bytes
            whole.removed += counts.removed
        return whole

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "total": self.total().as_dict(),
            "sources": {name: counts.as_dict() for name, counts in sorted(self.sources.items())},
            "files": self.files,
            "problems": self.problems,
            "recovered": self.recovered,
            "next_due": self.next_due,
            "seconds": self.seconds,
        }
