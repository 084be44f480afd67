"""What a removal under way is about: written before its first step, gone after its last.

What belongs here: that one small file. It names URLs and domains, because what is left to do cannot be found by their
digests alone; with the removal's end it is gone.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from tasks.release.removal import Removal
from tasks.storage import Location


@dataclass(frozen=True, slots=True)
class Order:
    """One removal. ``pages`` are pairs of article_id and URL; ``reject_urls`` are as they stand in rejects."""

    removal_id: str
    reason: str
    removed_at: str
    article_ids: tuple[str, ...]
    pages: tuple[tuple[str, str], ...]
    reject_urls: tuple[str, ...]
    domains: tuple[str, ...]
    counts: dict[str, int]

    @property
    def moment(self) -> datetime:
        """When it was ordered, in UTC."""
        return datetime.fromisoformat(self.removed_at)

    def of_releases(self) -> Removal:
        """The removal as releases know it."""
        return Removal(
            self.removal_id,
            self.reason,
            self.moment.date(),
            frozenset(self.article_ids),
            frozenset(self.reject_urls) | {url for _, url in self.pages},
            frozenset(self.domains),
        )

    def write(self, store: Location) -> None:
        """Put it beside the store, whole or not at all."""
        file = _file(store)
        if not isinstance(file, Path):
            file.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
            return
        beside = file.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as out:
            json.dump(asdict(self), out, ensure_ascii=False)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)

    @classmethod
    def read(cls, store: Location) -> Order | None:
        """The removal that was interrupted, or null."""
        try:
            value = json.loads(_file(store).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        lists = {name: tuple(value[name]) for name in ("article_ids", "reject_urls", "domains")}
        return cls(**{**value, **lists, "pages": tuple((one, url) for one, url in value["pages"])})

    @staticmethod
    def forget(store: Location) -> None:
        """The removal is done."""
        file = _file(store)
        for left in (file.with_suffix(".new"), file):
            if left.exists():
                left.unlink()


def _file(store: Location) -> Location:
    return store / ".removal.json"
