"""A store that another run is writing: this one waits, says so, and goes on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.commands.command_line import run_command_line
from flows.showing.display import current
from tasks.store import Store
from tests.flows.processes import eventually


def test_a_second_writer_waits_says_so_and_goes_on(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, is_held = Store(tmp_path / "data" / "store"), threading.Event()

    def write_until_the_run_waits() -> bool:
        with store.writing():
            is_held.set()
            waits = eventually(lambda: any(step.name == "Wait for the store" for step in current().steps))
            assert store.version() is None, "nothing may be committed meanwhile"
            return waits

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(write_until_the_run_waits)
        assert is_held.wait(60)
        assert run_command_line(["ingest", str(site), "--data", str(tmp_path / "data")]) == 0
        assert other.result()
    said = capsys.readouterr().err
    assert "another run is writing to it; this one goes on after that" in said
    assert len(store.documents(store.version()).collect()) == 3
