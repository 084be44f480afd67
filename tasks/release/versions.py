"""Names of releases, and which there are.

What belongs here: calendar versions and their order, the folder of releases. What does not: what is in a
release (``publish``) and what differs between two (``diff``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tasks.release.error import ReleaseError
from tasks.release.manifest import read_manifest
from tasks.storage import Location

# A folder name that is safe on every file system and in every URL: no separator, no leading dot or hyphen.
_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,62}[0-9A-Za-z])?")
# Names that Windows keeps for devices, with or without an ending.
_DEVICE = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


@dataclass(frozen=True, slots=True)
class Release:
    """A release: its name, and its folder, here or in object storage."""

    version: str
    path: Location


def check_version(name: str) -> str:
    """``name``, if it can name a release. Raises :class:`ReleaseError` where it cannot."""
    if not _NAME.fullmatch(name) or ".." in name or _DEVICE.fullmatch(name):
        raise ReleaseError(
            f"{name!r} cannot name a release: use digits, letters, dots and hyphens, as in 2026.11.23 or 1.0-beta"
        )
    return name


def version_key(version: str) -> list[tuple[int, int, str]]:
    """Sort key: numbers by value, so that 2026.11.23.10 comes after 2026.11.23.9."""
    parts = re.split(r"[.-]", version)
    return [(0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part) for part in parts]


def list_releases(releases: Location) -> list[Release]:
    """The releases in a folder, oldest version first. Half-built ones and other folders are not listed."""
    if not releases.is_dir():
        return []
    found = [
        Release(path.name, path)
        for path in releases.iterdir()
        if _NAME.fullmatch(path.name) and (path / "manifest.json").is_file()
    ]
    return sorted(found, key=lambda release: version_key(release.version))


def latest_release(releases: Location) -> Release | None:
    """The release with the highest version, or null."""
    found = list_releases(releases)
    return found[-1] if found else None


def next_version(releases: Location, today: date) -> str:
    """The day's calendar version: 2026.11.23, then 2026.11.23.1 and so on."""
    day = f"{today:%Y.%m.%d}"
    taken = {path.name for path in releases.iterdir()} if releases.is_dir() else set()
    if day not in taken and not any(name.startswith(f"{day}.") for name in taken):
        return day
    numbers = [int(name.removeprefix(f"{day}.")) for name in taken if re.fullmatch(re.escape(day) + r"\.\d+", name)]
    return f"{day}.{max(numbers, default=0) + 1}"


def lineage(release: Release | None, most: int) -> list[Release]:
    """A release and those it was compared with in turn, newest first, for as long as each is there."""
    found: list[Release] = []
    while release is not None and len(found) < most and release not in found:
        found.append(release)
        try:
            former = read_manifest(release.path).get("former_release")
        except ReleaseError:
            break
        is_named = isinstance(former, str) and _NAME.fullmatch(former) is not None
        path = release.path.parent / str(former)
        release = Release(str(former), path) if is_named and (path / "manifest.json").is_file() else None
    return found
