"""Where the store and the releases lie: a folder of this machine, or one in object storage.

What belongs here: from a word to a path, and how Delta and Polars open it. What does not: what lies there
(``tasks.store``, ``tasks.release``), and inputs (``tasks.sources.locations``).

Both kinds of path have the methods of pathlib. Credentials, regions and endpoints are read by the drivers from their
usual environment variables; no value here holds one, so none can come into a log, a report or a manifest.
"""

from __future__ import annotations

import io
import json
import os
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, cast

if TYPE_CHECKING:
    import polars as pl
    from upath import UPath

Location: TypeAlias = "Path | UPath"

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)://(.*)$", re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# What both fsspec and object_store know, and the extra of this package that brings the former's driver.
_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}


class LocationError(Exception):
    """A place that cannot be used; the message is one line that says what to do."""


def location_of(word: str | Location) -> Location:
    """The path that a word names. Nothing is read. Raises :class:`LocationError` for a URL that nothing here opens."""
    found = _SCHEME.match(word) if isinstance(word, str) else None
    if found is None or found[1].lower() == "file":
        return Path(word.removeprefix("file://")) if isinstance(word, str) else word
    scheme, rest = found[1].lower(), found[2].strip("/")
    if "@" in rest.partition("/")[0] and not scheme.startswith("abfs"):
        raise LocationError(
            f"a {scheme}:// URL with credentials in it: put them into the environment, where drivers look"
        )
    if scheme not in _EXTRAS or not rest or "?" in rest or "#" in rest:
        known = ", ".join(f"{name}://" for name in ("s3", "gs", "az"))
        raise LocationError(
            f"{word}: not a place in object storage; give {known} with a bucket and a path, or a folder"
        )
    from upath import UPath

    # Delta opens gcs:// by another driver than gs://, of whose commits nothing here was tried.
    scheme = "gs" if scheme == "gcs" else scheme
    try:
        # Others write there too: what was listed a moment ago is asked again.
        return UPath(f"{scheme}://{rest}", use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise LocationError(f"{word}: its driver is not installed; {_install(scheme)}") from error


def _install(scheme: str) -> str:
    return f"run: pip install 'broadsheet[{_EXTRAS.get(scheme, scheme)}]'"


def is_remote(location: str | Location | None) -> TypeGuard[UPath]:
    """Whether the path is in object storage; false where there is none."""
    return location is not None and not isinstance(location, str | Path)


def check(location: Location) -> None:
    """Raise :class:`LocationError` where a place in object storage cannot be reached: bucket, rights, network."""
    if not is_remote(location):
        return
    bucket = location.path.partition("/")[0]
    try:
        found = location.fs.exists(bucket)
    except ImportError as error:
        raise LocationError(f"{location}: its driver is not installed; {_install(location.protocol)}") from error
    except Exception as error:  # each driver has its own errors
        raise LocationError(f"{location} cannot be reached: {one_line(error)}") from error
    if not found:
        raise LocationError(f"{location}: there is no bucket {bucket}, or these credentials may not see it")


def check_new(location: Location) -> None:
    """Raise :class:`LocationError` where a place in object storage, empty so far, cannot hold a store.

    One file is put there, a part of it is read, and it is taken away: whether one may write, and whether the server
    gives parts of files as HTTP says it (status 206), is known before hours of work, not after them.
    """
    if not is_remote(location):
        return
    import polars as pl

    probe = location / f".probe-{uuid.uuid4().hex}.parquet"
    content = io.BytesIO()
    pl.DataFrame({"number": range(1000)}).write_parquet(content)
    try:
        probe.write_bytes(content.getvalue())
        try:
            scan_parquet(probe).select(pl.len()).collect()
        finally:
            probe.unlink()
    except Exception as error:  # each driver has its own errors
        why = one_line(error)
        if "non-partial response" in why:
            why = "its server does not answer a request for a part of a file with a part (HTTP status 206)"
        raise LocationError(f"{location} cannot hold a store: {why}") from error


def options_of(location: Location) -> dict[str, str] | None:
    """What Delta and Polars are told beside the URL; the rest they read from the environment."""
    if not is_remote(location):
        return None
    if location.protocol == "gs":
        return _google_options(os.environ.get("STORAGE_EMULATOR_HOST", ""))
    endpoints = (os.environ.get(name, "") for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"))
    return {"allow_http": "true"} if any(url.startswith("http://") for url in endpoints) else {}


def _google_options(emulator: str) -> dict[str, str]:
    """The way to a server in place of Google's, by the variable that the other driver knows: both must go there."""
    if not emulator or emulator == "default":
        return {}
    url = emulator if emulator.startswith(("http://", "https://")) else f"http://{emulator}"
    # Told to sign nothing, the driver asks Google for a token all the same when it writes; with such an account not.
    account = {"gcs_base_url": url, "disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    return {"google_service_account_key": json.dumps(account), "allow_http": "true"}


def scan_parquet(file: Location) -> pl.LazyFrame:
    """A Parquet file at a place, lazily: only the columns that are asked for are fetched."""
    import polars as pl

    return pl.scan_parquet(str(file), storage_options=options_of(file))


def local(location: Location, what: str) -> Path:
    """The path, where it is one of this machine. Raises :class:`LocationError` where not: ``what`` needs one."""
    if is_remote(location):
        raise LocationError(
            f"{what} does not work on {location} yet: it needs the store and the releases on this machine"
        )
    return cast(Path, location)


def one_line(error: BaseException) -> str:
    """An error's words without the line breaks, and without the colours that some drivers put into them."""
    return " ".join(_COLOUR.sub("", str(error)).split()) or type(error).__name__
