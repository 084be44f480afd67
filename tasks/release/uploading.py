"""A release on its way into object storage: out of sight until it is whole.

What belongs here: the order of the upload, the claim that keeps two publishers of one release apart, and what becomes
of an upload that died. What does not: what is in a release (``publish``), and releases on this machine (``building``).

Object storage has no rename. A folder is a release once it has a manifest, which is written last, under the condition
that there is none. Whoever uploads first writes a claim beside the releases, ``.uploading-<version>.json``, under the
same condition, and renews it while alive; the next publish takes away what stands under a claim of the dead.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasks.release.error import ReleaseError
from tasks.release.manifest import MANIFEST
from tasks.storage import Location, is_remote, one_line

if TYPE_CHECKING:
    from upath import UPath

_CLAIM, _ENDING = ".uploading-", ".json"
# A claim is renewed so often, and is a dead publisher's when it was not for so long. Seconds.
RENEWED_EVERY, DEAD_AFTER = 60, 15 * 60
_AT_ONCE = 4


@dataclass(frozen=True)
class Upload:
    """A release that is built in ``folder``, on this machine, to become ``target``."""

    folder: Path
    target: UPath
    claim: UPath
    token: str

    def finish(self, former: Location | None, taken_over: Set[str]) -> None:
        """Put every file into place, the manifest last.

        The files that ``taken_over`` names were fetched from the release ``former``: they are copied from there.
        Raises :class:`ReleaseError` where something stands in the way; no release is in sight then.
        """
        files = {str(path.relative_to(self.folder)): path for path in self.folder.rglob("*") if path.is_file()}
        manifest = files.pop(MANIFEST)

        def put(name: str) -> None:
            if is_remote(former) and name in taken_over:
                self.target.fs.cp_file((former / name).path, (self.target / name).path)
            else:
                self.target.fs.put_file(str(files[name]), (self.target / name).path)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(put, sorted(files)):
                pass
        self._check(files)
        try:
            self.target.fs.pipe_file((self.target / MANIFEST).path, manifest.read_bytes(), mode="create")
        except FileExistsError:
            raise ReleaseError(
                f"release {self.target.name} was made by another publish meanwhile: nothing to do"
            ) from None

    def _check(self, files: dict[str, Path]) -> None:
        """That this claim still stands, and that all that was uploaded is there."""
        if _read(self.claim).get("token") != self.token:
            raise ReleaseError(f"another publish took {self.target.name} over: publish again, under another name")
        found = self.target.fs.find(self.target.path, detail=True)
        sizes = {key.removeprefix(f"{self.target.path}/"): info["size"] for key, info in found.items()}
        wrong = sorted(name for name, path in files.items() if sizes.get(name) != path.stat().st_size)
        wrong += sorted(sizes.keys() - files.keys())
        if wrong:
            raise ReleaseError(f"{self.target / wrong[0]} is not as it was uploaded: publish again")


@contextmanager
def uploading(releases: UPath, version: str, folder: Path) -> Iterator[Upload]:
    """An upload of ``releases/<version>`` that nobody else makes meanwhile; call its ``finish``.

    Where the block ends badly, what was uploaded is taken away. Raises :class:`ReleaseError` where the release exists,
    another publish is at it, or the storage cannot be written.
    """
    upload = Upload(folder, releases / version, releases / f"{_CLAIM}{version}{_ENDING}", secrets.token_hex(8))
    try:
        if (upload.target / MANIFEST).is_file():
            raise ReleaseError(
                f"release {version} exists ({upload.target}): a release never changes; name another version"
            )
        _claim(upload)
        ended = threading.Event()
        threading.Thread(target=_renew, args=(upload, ended), daemon=True).start()
        try:
            yield upload
        except BaseException:
            _take_away(upload)
            raise
        finally:
            ended.set()
        _delete(upload.claim)
    except ReleaseError:
        raise
    except Exception as error:  # each driver has its own errors
        if is_of_storage(error):
            raise ReleaseError(f"the release could not be uploaded to {upload.target}: {one_line(error)}") from error
        raise


def versions_under_way(releases: UPath) -> list[str]:
    """The versions that a publish, alive or dead, has claimed."""
    names = [path.name for path in releases.iterdir()] if releases.is_dir() else []
    return [name.removeprefix(_CLAIM).removesuffix(_ENDING) for name in names if name.startswith(_CLAIM)]


def clear_dead_uploads(releases: UPath) -> list[str]:
    """Take away what dead publishers left half uploaded; the names of those versions."""
    cleared = []
    for version in versions_under_way(releases):
        claim = releases / f"{_CLAIM}{version}{_ENDING}"
        if _is_dead(_read(claim)):
            target = releases / version
            if not (target / MANIFEST).is_file():
                remove_all(target)
                cleared.append(version)
            _delete(claim)
    return cleared


def fetch(release: UPath, name: str, to: Path) -> None:
    """One file of a release in object storage, here."""
    file = release / name
    file.fs.get_file(file.path, str(to))


def fetch_all(release: UPath, to: Path) -> list[str]:
    """Every file of a release in object storage, here; the names of those that are no path inside a folder."""
    odd = []
    for key in sorted(release.fs.find(release.path)):
        name = key.removeprefix(f"{release.path}/")
        target = to / name
        if not name or not target.resolve().is_relative_to(to.resolve()) or target.resolve() == to.resolve():
            odd.append(name)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        release.fs.get_file(key, str(target))
    return odd


def _claim(upload: Upload) -> None:
    try:
        upload.claim.fs.pipe_file(upload.claim.path, _sign(upload.token), mode="create")
    except FileExistsError:
        seconds = int(time.time() - _read(upload.claim).get("last_sign", 0))
        raise ReleaseError(
            f"another publish uploads release {upload.target.name} (its last sign is {seconds} s old): wait until it "
            f"is done; without a sign for {DEAD_AFTER // 60} minutes it counts as dead, and publish goes ahead"
        ) from None
    left = upload.target.fs.find(upload.target.path)
    if left:
        _delete(upload.claim)
        raise ReleaseError(
            f"{upload.target} holds {len(left):,} files and is no release: take them away, or name another version"
        )


def _renew(upload: Upload, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY):
        try:
            if _read(upload.claim).get("token") != upload.token:
                return  # finish finds it out
            upload.claim.fs.pipe_file(upload.claim.path, _sign(upload.token))
        except Exception:  # noqa: BLE001 - the network may be back at the next sign
            continue


def _sign(token: str) -> bytes:
    return json.dumps(
        {"token": token, "machine": _machine(), "process": os.getpid(), "last_sign": time.time()}
    ).encode()


def _machine() -> str | None:
    """What tells this machine, as it runs now, and its process numbers from any other's; null where nothing does."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return None


def _is_dead(claim: dict[str, Any]) -> bool:
    if time.time() - claim.get("last_sign", 0) > DEAD_AFTER:
        return True
    if claim.get("machine") is None or claim.get("machine") != _machine():
        return False
    try:
        os.kill(int(claim["process"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, KeyError, ValueError):
        return False
    return False


def _read(claim: UPath) -> dict[str, Any]:
    """A claim; an empty one where it is gone or no claim."""
    try:
        found = json.loads(claim.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _take_away(upload: Upload) -> None:
    """Undo an upload. Where the storage is out of reach, the next publish does it."""
    try:
        if _read(upload.claim).get("token") == upload.token:
            remove_all(upload.target)
            _delete(upload.claim)
    except Exception:  # noqa: BLE001 - what ended the upload is told, not this
        return


def remove_all(target: UPath) -> None:
    """Delete every file of a folder."""
    for key in target.fs.find(target.path):
        target.fs.rm_file(key)


def _delete(file: UPath) -> None:
    file.fs.rm_file(file.path)


def is_of_storage(error: Exception) -> bool:
    """Whether the storage, its driver or the network is what failed: each driver has its own errors."""
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in {
        "botocore", "aiobotocore", "aiohttp", "gcsfs", "google", "azure", "fsspec",
    }  # fmt: skip
