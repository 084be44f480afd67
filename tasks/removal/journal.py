"""What a removal under way is about: written before its first step, gone after its last.

What belongs here: that one small file. It names URLs and domains, because what is left to do cannot be found by their
digests alone; with the removal's end it is gone.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from tasks.release.removal import Removal
from tasks.release.uploading import is_of_storage
from tasks.storage import Location, is_remote, one_line
from tasks.store import StoreError

_MACHINE = ".machine"


@dataclass(frozen=True, slots=True)
class Order:
    """One removal. ``pages`` are pairs of article_id and URL; ``reject_urls`` are as they stand in rejects.

    ``releases`` says where the releases lie that it is about, ``machine`` which data folder it was begun with; null in
    an order of before.
    """

    removal_id: str
    reason: str
    removed_at: str
    article_ids: tuple[str, ...]
    pages: tuple[tuple[str, str], ...]
    reject_urls: tuple[str, ...]
    domains: tuple[str, ...]
    counts: dict[str, int]
    releases: str | None = None
    machine: str | None = None

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

    def begun_with(self, releases: Location, data: Path) -> Order:
        """The same order, about these releases and begun with this data folder."""
        return replace(self, releases=_named(releases), machine=machine_of(data))

    def why_not_here(self, releases: Location, data: Path) -> str | None:
        """Why it cannot be made whole with these releases and this data folder; null where it can.

        Others would lack the pages' releases, or the work and the log that hold them; and what another machine began
        may be at work there still.
        """
        begun = f"{self.removal_id} was begun"
        if self.releases not in {None, _named(releases)}:
            return f"{begun} with other releases and is not done: give it again with --releases {self.releases}"
        if self.machine not in {None, machine_of(data)}:
            return (
                f"{begun} with the data folder of {self.machine} and is not done: wait for it, or give it again there; "
                f"if that folder is gone for good, write {self.machine} into {data / _MACHINE}"
            )
        return None

    def write(self, store: Location) -> None:
        """Put it beside the store, whole or not at all."""
        file = _file(store)
        if not isinstance(file, Path):
            with _told(store):
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
        with _told(store):
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
        with _told(store):
            for left in (file.with_suffix(".new"), file):
                if left.exists():
                    left.unlink()


def machine_of(data: Path) -> str:
    """What tells this data folder from those of others: kept in it, because names of containers change."""
    file = data / _MACHINE
    if not file.is_file():
        data.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{socket.gethostname()}-{secrets.token_hex(4)}\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def _named(releases: Location) -> str:
    """The same name from whatever folder the command is given."""
    return str(releases) if is_remote(releases) else str(Path(str(releases)).resolve())


@contextmanager
def _told(store: Location) -> Iterator[None]:
    """What the storage's driver says, as one line; of a folder of this machine the system's own words are enough."""
    try:
        yield
    except Exception as error:  # each driver has its own errors
        if is_remote(store) and is_of_storage(error):
            raise StoreError(f"the removal's journal beside {store} cannot be used: {one_line(error)}") from error
        raise


def _file(store: Location) -> Location:
    return store / ".removal.json"


def interrupted(store: Location) -> Order | None:
    """The removal that did not come to its end, or null."""
    return Order.read(store)
