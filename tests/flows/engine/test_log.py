"""The log of a data folder: which file it is, and what is kept out of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.engine.log import QuietHandler, log_to

logger = logging.getLogger("broadsheet")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "broadsheet.log"
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, QuietHandler)]:
        root.removeHandler(handler)
        handler.close()


def test_a_process_that_lives_on_writes_into_the_log_that_a_removal_put_in_place(log: Path) -> None:
    log_to(log)
    logger.info("before")
    rewritten = log.with_suffix(".new")
    rewritten.write_text("rewritten\n")
    rewritten.replace(log)
    logger.info("after")
    first, second = log.read_text().splitlines()
    assert first == "rewritten"
    assert second.endswith("after")


def test_a_log_that_cannot_be_opened_again_is_not_what_a_run_fails_of(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_to(log)
    log.unlink()
    log.mkdir()
    logger.info("lost")
    logger.info("lost too")
    log.rmdir()
    logger.info("kept")
    assert log.read_text().splitlines()[0].endswith("kept")
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_STORAGE_CONNECTION_STRING",
        "AZURE_STORAGE_KEY",
        "AZURE_STORAGE_SAS_KEY",
        "AZURE_STORAGE_ACCOUNT_KEY",
        "SOME_CREDENTIAL",
    ],
)
def test_what_the_environment_calls_a_secret_is_not_logged(
    log: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "pl4nted-value")
    log_to(log)
    logger.info("the driver says pl4nted-value")
    assert log.read_text().endswith("the driver says ***\n")


def test_a_secret_that_begins_with_another_is_taken_out_whole(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "pl4nted")
    monkeypatch.setenv("B_TOKEN", "pl4nted-and-more")
    monkeypatch.setenv("C_TOKEN", "pl4nted-and")
    log_to(log)
    logger.info("pl4nted-and-more, pl4nted")
    assert log.read_text().endswith(": ***, ***\n")


def test_the_key_in_a_connection_string_is_a_secret_of_its_own(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "DefaultEndpointsProtocol=https;AccountName=ours;AccountKey=pl4nted+key==;EndpointSuffix=example.org"
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", said)
    log_to(log)
    logger.info("signed with pl4nted+key== for ours")
    assert log.read_text().endswith("signed with *** for ours\n")
