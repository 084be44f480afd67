"""Wrong words: one line and exit status 2; before anything slow is started."""

import subprocess
import sys
from pathlib import Path

import pytest

from flows.commands.command_line import run_command_line


def one_line(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = run_command_line(words)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("broadsheet: ")
    assert captured.err.count("\n") == 1
    return status, captured.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["rnu"], 'Did you mean "run"?'),
        (["run", "--wrokers", "2"], "Did you mean --workers?"),
        (["run", "--workers", "0"], "Must be >= 1"),
        (["run", "--workers", "many"], 'unable to convert "many"'),
        (["run", "--kind", "pdf"], "warc"),
        (["run", "no-such-file.warc.gz"], "no-such-file.warc.gz"),
        (["run", "--sources", "no-such.toml"], "no-such.toml"),
        (["verify"], "RELEASE"),
        (["publish", "--copy-jaccard", "0.4"], "Must be >= 0.5"),
    ],
)
def test_wrong_words_get_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: list[str], hint: str) -> None:
    status, line = one_line(capsys, *words)
    assert status == 2
    assert hint in line


def test_an_empty_folder_and_a_file_of_no_known_kind_are_wrong_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 10)
    assert one_line(capsys, "run", str(tmp_path / "empty"))[0] == 2
    assert one_line(capsys, "run", str(tmp_path / "noise.bin"))[0] == 2


def test_publishing_an_empty_store_fails_with_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status = run_command_line(["publish", "--data", str(tmp_path), "--quiet"])
    captured = capsys.readouterr()
    assert status == 1
    assert "holds nothing to publish; run: broadsheet ingest INPUT" in captured.err


def test_verifying_what_is_no_release_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status = run_command_line(["verify", str(tmp_path)])
    captured = capsys.readouterr()
    assert status == 1
    assert (captured.out + captured.err).count("\n") == 1


def test_help_names_every_command_and_starts_no_engine() -> None:
    check = (
        "import sys; from flows.commands.command_line import run_command_line; run_command_line(['--help']); "
        "assert not {'prefect', 'polars', 'trafilatura'} & set(sys.modules), sorted(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("run", "ingest", "publish", "status", "verify", "schema"):
        assert command in done.stdout


def test_the_data_dictionary_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["schema"]) == 0
    assert "published_precision" in capsys.readouterr().out
