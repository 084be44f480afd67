"""Reading harvested WARCs with the readers that others use: warcio and fastwarc."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator


@dataclass
class Record:
    """One record as warcio reads it."""

    kind: str
    url: str | None
    headers: dict[str, str]
    status: str | None
    body: bytes
    fields: dict[str, str] = field(default_factory=dict)


def finished(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.warc.gz"))


def records(folder: Path) -> list[Record]:
    """All records of the finished files, by warcio; metadata fields by name."""
    found = []
    for path in finished(folder):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                body = record.content_stream().read()
                fields = {}
                if record.rec_type == "metadata":
                    fields = dict(line.split(": ", 1) for line in body.decode().splitlines())
                found.append(
                    Record(
                        record.rec_type,
                        record.rec_headers.get_header("WARC-Target-URI"),
                        dict(record.rec_headers.headers),
                        record.http_headers.get_statuscode() if record.http_headers else None,
                        body,
                        fields,
                    )
                )
    return found


def responses(folder: Path, status: str = "200", role: str = "page") -> list[str]:
    """The URLs of the responses of a status and a role, sorted, each as often as it is there."""
    found, last = [], None
    for record in records(folder):
        if record.kind in ("response", "revisit"):
            last = record
        elif record.kind == "metadata" and last and last.kind == "response":
            if record.fields["role"] == role and last.status == status:
                found.append(str(last.url))
            last = None
    return sorted(found)


def metadata(folder: Path, url: str) -> dict[str, str]:
    """The fields of the last metadata record of a URL."""
    return [record.fields for record in records(folder) if record.kind == "metadata" and record.url == url][-1]


def check(folder: Path) -> None:
    """What warcio and fastwarc say of the files: framing, digests, and that both see the same records."""
    for path in finished(folder):
        said = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "check", str(path)], capture_output=True, text=True, check=False
        )
        assert said.returncode == 0, said.stdout
        with path.open("rb") as file:
            fast = [
                (record.headers["WARC-Type"], record.headers.get("WARC-Target-URI")) for record in FastIterator(file)
            ]
        with path.open("rb") as file:
            slow = [
                (record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(file)
            ]
        assert fast == slow
