"""Files that were read whole are not opened again; whatever makes that doubtful has them opened."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows.ingesting import ledger as ledgers
from flows.ingesting.inputs import open_inputs
from flows.ingesting.ledger import Ledger
from flows.options import IngestOptions
from tasks.schema import Documents
from tasks.sources import Input, find
from tasks.sources.locations import FileInfo
from tasks.store import Store
from tests.flows.conftest import page, put_page
from tests.flows.test_road import SITE, broadsheet, run_json


@pytest.fixture
def options(tmp_path: Path) -> IngestOptions:
    """Of a data folder whose store has one version, without rows."""
    empty = tmp_path / "empty.parquet"
    Documents.create_empty().write_parquet(empty)
    Store(tmp_path / "data" / "store").append("run", [empty], [], {})
    return IngestOptions(data=tmp_path / "data")


def ledger(options: IngestOptions) -> Ledger:
    return Ledger.of(options.folder, options)


def full_disk(*_: object) -> None:
    raise OSError(28, "No space left on device", "accepted.parquet")


def dies_at(
    step: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], site: Path, data: Path
) -> None:
    """A run over the site whose disk is full at a step."""
    with monkeypatch.context() as patched:
        patched.setattr(f"flows.{step}", full_disk)
        assert broadsheet(capsys, "run", site, "--data", data, "--quiet")[0] == 1


@pytest.fixture
def inputs(site: Path, options: IngestOptions) -> list[Input]:
    found = open_inputs([str(site)], options)
    ledger(options).add(found)
    return found


def test_what_was_noted_need_not_be_opened(options: IngestOptions, inputs: list[Input]) -> None:
    assert len(inputs) == 4
    assert ledger(options).unread(inputs) == []
    assert ledger(replace(options, reread=True)).unread(inputs) == inputs


def test_a_file_that_changed_or_is_read_in_another_way_is_opened(
    site: Path, options: IngestOptions, inputs: list[Input]
) -> None:
    file = Path(inputs[1].path)
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    assert [one.path for one in ledger(options).unread(open_inputs([str(site)], options))] == [str(file)]
    for other in (
        replace(options, keep_all_pages=True),
        replace(options, page_seconds=60),
        replace(options, page_megabytes=21),
    ):
        assert len(ledger(other).unread(open_inputs([str(site)], other))) == 4


def test_another_limit_than_the_one_it_was_read_with_opens_a_file(site: Path, options: IngestOptions) -> None:
    patient = replace(options, page_seconds=60)
    found = open_inputs([str(site)], patient)
    ledger(patient).add(found)
    assert ledger(patient).unread(found) == []
    assert ledger(replace(patient, page_seconds=300)).unread(found) == found
    assert ledger(options).unread(found) == found


def test_a_file_is_the_same_by_whatever_path_it_is_named(
    site: Path, options: IngestOptions, inputs: list[Input], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.parent)
    assert [one.path for one in open_inputs([site.name], options)] != [one.path for one in inputs]
    assert ledger(options).unread(open_inputs([site.name], options)) == []


def test_a_file_that_could_not_be_read_whole_is_opened_again(options: IngestOptions, site: Path) -> None:
    found = open_inputs([str(site)], options)
    ledger(options).add(found, but={found[0].path})
    assert ledger(options).unread(found) == found[:1]


def test_the_state_of_a_page_is_unknown_where_that_of_its_sidecar_is(
    site: Path, options: IngestOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(one.stamp for one in open_inputs([str(site)], options))
    real = find.expand

    def untold(word: str) -> tuple[list[FileInfo], str]:
        files, what = real(word)
        return [replace(one, stamp="") if one.path.endswith(".html") else one for one in files], what

    monkeypatch.setattr(find, "expand", untold)
    assert not any(one.stamp for one in open_inputs([str(site)], options))


def test_a_ledger_that_cannot_be_written_fails_nothing(
    options: IngestOptions, site: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    found = open_inputs([str(site)], options)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        ledger(options).add(found)
    assert "No space left" in caplog.text
    assert not list((options.data / "store").glob("inputs*"))
    assert ledger(options).unread(found) == found


def test_a_file_whose_state_nobody_tells_is_opened(options: IngestOptions, inputs: list[Input]) -> None:
    unknown = replace(inputs[0], stamp="")
    ledger(options).add([unknown])
    assert ledger(options).unread([unknown]) == [unknown]


def test_another_extractor_reads_all_files(
    options: IngestOptions, inputs: list[Input], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "EXTRACTOR", "broadsheet 99")
    assert ledger(options).unread(inputs) == inputs


def test_a_store_in_the_place_of_the_noted_one_knows_no_files(options: IngestOptions, inputs: list[Input]) -> None:
    store = options.data / "store"
    noted = (store / "inputs.json").read_text()
    shutil.rmtree(store)
    assert ledger(options).unread(inputs) == inputs
    store.mkdir()
    (store / "inputs.json").write_text(noted)
    assert ledger(options).unread(inputs) == inputs
    empty = options.data.parent / "empty.parquet"
    Store(store).append("another", [empty], [], {})
    assert ledger(options).unread(inputs) == inputs


def test_a_store_that_was_set_back_knows_no_files(options: IngestOptions, inputs: list[Input], tmp_path: Path) -> None:
    store, backup = options.data / "store", tmp_path / "backup"
    shutil.copytree(store, backup)
    Store(store).append("later", [tmp_path / "empty.parquet"], [], {})
    later = replace(inputs[0], path="later.html")
    ledger(options).add([later])
    assert ledger(options).unread([*inputs, later]) == []
    noted = (store / "inputs.json").read_text()
    shutil.rmtree(store)
    backup.rename(store)
    assert ledger(options).unread([*inputs, later]) == [later]  # as it was saved with the store
    (store / "inputs.json").write_text(noted)
    assert ledger(options).unread([*inputs, later]) == [*inputs, later]


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"inputs": 3}'])
def test_a_damaged_ledger_is_none(options: IngestOptions, inputs: list[Input], damage: str) -> None:
    (options.data / "store" / "inputs.json").write_text(damage)
    assert ledger(options).unread(inputs) == inputs


def test_a_run_says_which_files_it_did_not_open_and_adds_what_is_new(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    status, out, err = broadsheet(capsys, "run", site, "--data", data)
    assert status == 0
    assert "0 shards, 4 files did not change since they were read" in err
    assert "4 files did not change since they were read: not opened (see --reread)." in out
    assert "0 = 0 + 0 + 0 + 0 + 0: every page is accounted for" in out
    assert not list((data / "work").iterdir())
    put_page(site, "tram", page("tram"), f"{SITE}/tram-line.html")
    report = run_json(capsys, site, "--data", data)
    assert (report["files_known"], report["funnel"]["read"], report["funnel"]["articles"]) == (4, 1, 1)


def test_a_file_that_was_cut_off_when_it_was_read_is_opened_again(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path
) -> None:
    data, cut = tmp_path / "data", tmp_path / "cut.warc"
    block = page("tram")
    cut.write_text(
        f"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: {SITE}/tram.html\r\nContent-Type: text/html\r\n"
        f"Content-Length: {len(block.encode()) + 99}\r\n\r\n{block}"
    )
    first = run_json(capsys, site, cut, "--data", data)
    assert "truncated_record" in first["rejects_by_reason"]
    assert run_json(capsys, site, cut, "--data", data)["files_known"] == 4


def test_an_interrupted_run_goes_on_with_what_it_began_with_though_another_read_a_part_of_it(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    dies_at("ingesting.storing.find_edges", monkeypatch, capsys, site, data)
    (left,) = (data / "work").iterdir()
    run_id = json.loads((left / "run.json").read_text())["run_id"]
    assert run_json(capsys, site / "library.html", "--data", data)["run_id"] != run_id
    report = run_json(capsys, site, "--data", data)
    assert (report["run_id"], report["files_known"]) == (run_id, 0)
    assert report["funnel"]["read"] == 4
    assert not list((data / "work").iterdir())


def test_a_dead_run_that_had_nothing_to_read_is_no_run_to_go_on_with(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    run_json(capsys, site, "--data", data)
    dies_at("ingest._carry_out", monkeypatch, capsys, site, data)
    assert json.loads(broadsheet(capsys, "status", "--data", data, "--json")[1])["dead_runs"] == []
    run_json(capsys, site, "--data", data, "--reread")
    assert not list((data / "work").iterdir())


def test_files_of_a_run_that_failed_are_opened_again(
    capsys: pytest.CaptureFixture[str], site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    dies_at("ingesting.storing.find_edges", monkeypatch, capsys, site, data)
    assert not (data / "store" / "inputs.json").exists()
    assert run_json(capsys, site, "--data", data)["files_known"] == 0
    assert len(json.loads((data / "store" / "inputs.json").read_text())["inputs"]) == 4


def test_that_something_is_unread_is_known_without_the_store_unless_all_was_noted(
    options: IngestOptions, inputs: list[Input], site: Path
) -> None:
    def lacks(options: IngestOptions, found: list[Input]) -> bool:
        return Ledger.lacks(options.folder, options, found)

    assert not lacks(options, inputs)
    shutil.rmtree(options.folder.store / "documents")  # the store is not asked
    assert not lacks(options, inputs)
    assert lacks(replace(options, reread=True), inputs)
    put_page(site, "new", page("tram", headline="A new one"), "https://times.example.com/2026/03/new.html")
    assert lacks(options, open_inputs([str(site)], options))
    ledgers._file(options.folder).write_text("[]")
    assert lacks(options, inputs)
    ledgers._file(options.folder).unlink()
    assert lacks(options, inputs)
