"""The store in object storage: versions, and writers that know nothing of one another."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from flows.commands.command_line import run_command_line
from tasks.schema import Documents, arrow_schema
from tasks.storage import LocationError, check, check_new, location_of, one_line, options_of, scan_parquet
from tasks.store import Store, StoreMovedError
from tasks.store.adding import add_rows
from tests.flows.conftest import page, put_page
from tests.remote.conftest import ROOT
from tests.rows import document, documents, file_of, reject, rejects


def a_file(tmp_path: Path, *texts: str) -> Path:
    rows = [document(f"https://example.com/{text}", text) for text in texts]
    return file_of(documents(*rows), tmp_path / f"{'-'.join(texts)}.parquet")


def test_a_run_becomes_a_version_that_can_be_read_again(place: str, tmp_path: Path) -> None:
    store = Store(location_of(f"{place}/store"))
    assert store.version() is None
    rejected = file_of(rejects(reject()), tmp_path / "rejects.parquet")
    store.append("run-1", [a_file(tmp_path, "one")], [rejected], {"read": 2}, based_on=None)
    store.append("run-2", [a_file(tmp_path, "two")], [], {"read": 1}, based_on=store.version())
    assert store.documents(store.version(0)).collect()["text"].to_list() == ["one"]
    assert sorted(store.documents(store.version()).collect()["text"]) == ["one", "two"]
    assert store.rejects(store.version()).collect().height == 1
    assert store.has_run("run-2")


def test_a_commit_based_on_an_older_version_is_refused_and_writes_nothing(anywhere: str, tmp_path: Path) -> None:
    store = Store(location_of(f"{anywhere}/store"))
    store.append("run-1", [a_file(tmp_path, "one")], [], {}, based_on=None)
    with pytest.raises(StoreMovedError):
        store.append("run-2", [a_file(tmp_path, "two")], [], {}, based_on=None)
    first = store.version()
    store.append("run-3", [a_file(tmp_path, "three")], [], {}, based_on=first)
    with pytest.raises(StoreMovedError):
        store.append("run-2", [a_file(tmp_path, "two")], [], {}, based_on=first)
    store.append("run-2", [a_file(tmp_path, "two")], [], {}, based_on=store.version())
    assert sorted(store.documents(store.version()).collect()["text"]) == ["one", "three", "two"]


def test_a_file_of_many_megabytes_arrives_whole_by_either_driver(place: str) -> None:
    location, content = location_of(f"{place}/large"), random.Random(1).randbytes(24 << 20)
    (location / "file").write_bytes(content)
    assert (location / "file").read_bytes() == content
    rows = [content[at : at + (1 << 20)] for at in range(0, len(content), 1 << 20)]
    write_deltalake(str(location / "table"), pa.table({"value": rows}), storage_options=options_of(location))
    (file,) = DeltaTable(str(location / "table"), storage_options=options_of(location)).file_uris()
    assert scan_parquet(location_of(file)).collect()["value"].to_list() == rows


WRITER = """
import sys
from pathlib import Path
from tasks.storage import location_of
from tasks.store import Store, StoreMovedError
from tests.rows import document, documents, file_of
url, me, folder = sys.argv[1:]
store = Store(location_of(url))
for number in range(3):
    texts = {f"shared-{number}", f"{me}-{number}"}
    for _ in range(50):
        known = store.version()
        new = sorted(texts - set(store.documents(known).collect()["text"]))
        rows = [document(f"https://example.com/{text}", text) for text in new]
        try:
            store.append(f"{me}-{number}", [file_of(documents(*rows), Path(folder) / f"{me}.parquet")], [], {},
                         based_on=known)
            break
        except StoreMovedError:
            continue
    else:
        sys.exit("never came through")
"""


def test_writers_at_once_lose_nothing_and_add_nothing_twice(anywhere: str, tmp_path: Path) -> None:
    url = f"{anywhere}/store"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, name, str(tmp_path)], cwd=ROOT) for name in ("ada", "bo")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    store = Store(location_of(url))
    expected = [f"{name}-{number}" for name in ("ada", "bo", "shared") for number in range(3)]
    assert sorted(store.documents(store.version()).collect()["text"]) == expected
    assert len(store.versions()) == 6


def test_of_commits_at_the_same_moment_one_is_made(anywhere: str, tmp_path: Path) -> None:
    store, at_once = Store(location_of(f"{anywhere}/store")), 6
    store.append("run-1", [a_file(tmp_path, "one")], [], {}, based_on=None)

    def commit(ready: threading.Barrier) -> bool:
        table, properties = store.open("documents"), CommitProperties(max_commit_retries=0)
        ready.wait(60)
        try:
            add_rows([], arrow_schema(Documents), store.path("documents"), "documents", table, properties)
        except DeltaError:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(at_once) as pool:
            made = list(pool.map(commit, [threading.Barrier(at_once)] * at_once))
        assert made.count(True) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3://key:secret@bucket/store", "credentials"),
        ("ftp://example.com/store", "not a place in object storage"),
        ("s3://", "not a place in object storage"),
    ],
)
def test_a_url_that_cannot_be_a_place_is_told_without_its_secrets(url: str, words: str) -> None:
    with pytest.raises(LocationError, match=words) as told:
        location_of(url)
    assert "secret" not in str(told.value)


def test_a_bucket_that_is_not_there_is_told_in_one_line(place: str) -> None:
    check(location_of(f"{place}/store"))
    with pytest.raises(LocationError, match="there is no bucket nowhere-at-all"):
        check(location_of(f"{place.partition(':')[0]}://nowhere-at-all/store"))


def test_both_names_of_googles_storage_are_one_place() -> None:
    assert str(location_of("gcs://bucket/store")) == "gs://bucket/store"


def test_every_driver_goes_to_the_server_in_place_of_googles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    place = location_of("gs://bucket/store")
    assert options_of(place) == {}
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:9")
    options = options_of(place)
    assert options
    assert json.loads(options["google_service_account_key"])["gcs_base_url"] == "http://127.0.0.1:9"


def test_a_drivers_error_is_one_line_without_colours() -> None:
    error = OSError("Generic error \x1b[31m↳\x1b[0m in\n  a list request")
    assert one_line(error) == "Generic error ↳ in a list request"


def test_a_server_that_gives_no_parts_of_files_is_told_before_the_work(
    rclone_bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_page(tmp_path / "pages", "tram", page("tram"), "https://times.example.com/2026/03/tram.html")
    words = ["ingest", str(tmp_path / "pages"), "--data", str(tmp_path / "data"), "-q"]
    assert run_command_line([*words, "--store", f"s3://{rclone_bucket}/store"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"broadsheet: s3://{rclone_bucket}/store cannot hold a store: its server does not answer")
    assert told.count("\n") == 1
    assert [path for path in (tmp_path / "served").rglob("*") if path.is_file()] == []
    assert list((tmp_path / "data" / "work").glob("*")) == []


def test_a_place_that_can_hold_a_store_is_left_as_it_was(bucket: str) -> None:
    place = location_of(f"s3://{bucket}/store")
    check_new(place)
    assert not place.exists()
