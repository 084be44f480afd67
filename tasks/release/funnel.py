"""The reconciliation: what became of every page that was read.

What belongs here: the sum and its words. What does not: how a run counts (its flow).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Funnel:
    """``read = articles + copies + revisions + unchanged + rejects + removed``, over all runs up to the store version.

    ``removed`` counts what was taken out for good (``broadsheet remove``) and is told where there is any. ``read`` is
    null where nobody counted, and in a partial release, which cannot add up.
    """

    read: int | None
    articles: int
    copies: int
    revisions: int
    unchanged: int
    rejects: int
    removed: int = 0

    @property
    def accounted(self) -> int:
        """Pages that ended as something."""
        return self.articles + self.copies + self.revisions + self.unchanged + self.rejects + self.removed

    @property
    def unaccounted(self) -> int:
        """Pages read that are nowhere (or, below zero, rows that nobody read); 0 where nobody counted."""
        return 0 if self.read is None else self.read - self.accounted

    def rows(self) -> list[tuple[str, int]]:
        """Name and count of each line, in order."""
        names = ("articles", "copies", "revisions", "unchanged", "rejects")
        lines = [(name, getattr(self, name)) for name in names]
        lines += [("removed", self.removed)] if self.removed else []
        return lines if self.read is None else [("read", self.read), *lines]

    def in_words(self) -> str:
        """One sentence on whether the sum holds."""
        if self.read is None:
            return "Pages read were not counted, so these rows are not reconciled with them."
        if self.unaccounted:
            return (
                f"The sum does not hold: {self.read:,} pages were read and {self.accounted:,} are accounted for "
                f"({self.unaccounted:+,})."
            )
        return (
            f"Every page is accounted for: {self.read:,} read = {self.articles:,} articles + {self.copies:,} copies + "
            f"{self.revisions:,} revisions + {self.unchanged:,} unchanged + {self.rejects:,} rejects"
            f"{f' + {self.removed:,} removed' if self.removed else ''}."
        )
