"""What SECURITY.md promises of the code as a whole."""

import ast
import json
import logging
import re
from pathlib import Path

import pytest

from flows.engine.log import DiscreetFormatter
from flows.given import as_given, kept_back
from flows.options import IngestOptions
from tasks.page import Origin, Reject
from tasks.release import ReleaseError
from tasks.release.building import building
from tasks.release.card import _cell
from tasks.release.versions import check_version
from tasks.shard import BusyError, clear_leftovers
from tasks.shard.folders import FolderLock, Identity
from tasks.sources.strings import presentable
from tasks.store import Store
from tasks.values.urls import without_credentials, without_secrets
from tasks.version import EXTRACTOR

ROOT = Path(__file__).parents[1]
CODE = sorted([*(ROOT / "tasks").rglob("*.py"), *(ROOT / "flows").rglob("*.py")])
UNPICKLING = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
RUNNING = {"eval", "exec", "compile", "__import__"}


def calls(file: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("file", CODE, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_unpickled_or_evaluated(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "").partition(".")[0]]
        assert not UNPICKLING & set(names), f"{file}: {names}"
    for call in calls(file):
        name = ast.unparse(call.func)
        assert name not in RUNNING, f"{file}:{call.lineno}: {name}"
        allowed = {word.arg for word in call.keywords if ast.unparse(word.value) != "False"}
        assert not allowed & {"allow_pickle", "shell"}, f"{file}:{call.lineno}"
        assert not name.endswith((".read_pickle", ".to_csv", ".write_csv", ".sink_csv")), (
            f"{file}:{call.lineno}: {name}"
        )
        assert name not in ("os.system", "yaml.load", "tempfile.mktemp"), f"{file}:{call.lineno}: {name}"


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "",
        "/etc",
        "../x",
        "a/b",
        "a\\b",
        "a\x00b",
        "-rf",
        ".hidden",
        "a..b",
        "con",
        "x" * 100,
        "é",
        "a\n",
        "~",
    ],
)
def test_a_release_has_no_name_that_leads_elsewhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReleaseError):
        check_version(name)


def test_a_release_is_not_written_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    releases = tmp_path / "releases"
    releases.mkdir()
    (releases / "2026.11.23").symlink_to(elsewhere)
    with pytest.raises(ReleaseError, match="exists"), building(releases, "2026.11.23"):
        pass
    (releases / ".building-2026.11.24").symlink_to(elsewhere)
    (elsewhere / "kept.txt").write_text("kept")
    with building(releases, "2026.11.24") as folder:
        (folder / "README.md").write_text("new")
    assert (elsewhere / "kept.txt").exists()
    assert not (elsewhere / "README.md").exists()
    assert (releases / "2026.11.24" / "README.md").exists()


def test_leftovers_are_cleared_without_following_links_and_live_runs_are_left_alone(tmp_path: Path) -> None:
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    for folder in (work / "dead", work / "alive", work / "old", work / "resumable", elsewhere):
        folder.mkdir(parents=True)
    (elsewhere / "kept.txt").write_text("kept")
    (work / "link").symlink_to(elsewhere)
    (work / "dead" / "link").symlink_to(elsewhere)
    Identity("run-1", "2026-01-01T00:00:00+00:00", "another extractor", ("a.warc.gz",), 1).write(work / "old")
    Identity("run-2", "2026-01-01T00:00:00+00:00", EXTRACTOR, ("a.warc.gz",), 1).write(work / "resumable")
    held = FolderLock(work / "alive")
    assert clear_leftovers(work, Store(tmp_path / "store")) == ["dead", "old"]
    assert sorted(path.name for path in work.iterdir()) == ["alive", "link", "resumable"]
    assert (elsewhere / "kept.txt").exists()
    with pytest.raises(BusyError, match="another run of the same inputs"):
        FolderLock(work / "alive")
    held.release()
    FolderLock(work / "alive").release()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://ada:secret@example.com/a", "https://example.com/a"),
        ("https://secret@example.com/a", "https://example.com/a"),
        ("s3://key:secret@bucket/a?x=1 and ftp://u:p@host", "s3://bucket/a?x=1 and ftp://host"),
        ("https://example.com/@ada", "https://example.com/@ada"),
        ("https://example.com/?mail=a@b.example", "https://example.com/?mail=a@b.example"),
        ("https://example.com:443/a@b", "https://example.com:443/a@b"),
        ("write to ada@example.com", "write to ada@example.com"),
    ],
)
def test_credentials_leave_a_url_and_nothing_else_does(text: str, clean: str) -> None:
    assert without_credentials(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "https://b.s3.example/a.warc.gz?X-Amz-Date=1&X-Amz-Credential=AK%2F1&X-Amz-Signature=5ec&list=2",
            "https://b.s3.example/a.warc.gz?X-Amz-Date=1&X-Amz-Credential=***&X-Amz-Signature=***&list=2",
        ),
        ("GET https://a.example/b?sv=1&sig=5ec%3D failed", "GET https://a.example/b?sv=1&sig=*** failed"),
        ("postgresql://a:b@host/db?user=u&password=hush", "postgresql://host/db?user=u&password=***"),
        ("https://a.example/?access_token=x#y", "https://a.example/?access_token=***#y"),
        ("https://a.example/?design=1&monkey=2&page=3", "https://a.example/?design=1&monkey=2&page=3"),
        ("token=1, and no address", "token=1, and no address"),
    ],
)
def test_what_opens_a_place_leaves_its_url(text: str, clean: str) -> None:
    assert without_secrets(text) == clean
    assert without_secrets(clean) == clean


def test_a_flow_is_given_words_without_their_secrets_and_reads_by_the_whole_of_them() -> None:
    word = "https://ada:hush@a.example/b.warc.gz?sig=hush"
    assert kept_back(word) == "https://a.example/b.warc.gz?sig=***"
    assert as_given(kept_back(word)) == word
    assert as_given("pages/") == kept_back("pages/") == "pages/"


def test_nothing_that_a_stranger_wrote_begins_a_line_of_the_log_or_is_obeyed_by_a_terminal() -> None:
    forged = "2026-01-01 00:00:00,000 ERROR   prefect.flow_runs: forged"
    record = logging.LogRecord(
        "prefect", logging.INFO, "", 0, "%s", (f"a\n{forged}\x1b]0;title\x07\u202eb\r{forged}",), None
    )
    lines = DiscreetFormatter("%(levelname)s %(message)s").format(record).split("\n")
    assert lines == ["INFO a", f"    {forged}\\x1b]0;title\\x07\\u202eb\\x0d{forged}"]


def test_credentials_in_an_inputs_own_name_are_in_no_row() -> None:
    reject = Reject(
        "corrupt_record", Origin("https://ada:secret@example.com/pages.warc.gz", 3), detail="GET https://a:secret@b"
    )
    assert "secret" not in repr(presentable(reject))


def test_a_pages_words_are_data_in_a_markdown_table() -> None:
    cell = _cell("<script>x</script> | [a](javascript:x) `b` **c**\n# d")
    assert not re.search(r"[<>|`*\[\]\n]", cell)


def test_every_limit_of_a_page_is_an_option_with_the_documented_default() -> None:
    options = IngestOptions()
    limits = (options.page_seconds, options.page_megabytes, options.page_memory, options.memory_per_worker)
    assert limits == (20.0, 20, 1_000, 3_000)
    words = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for name in ("page-seconds", "page-megabytes", "page-memory", "memory-per-worker"):
        assert f"`--{name}`" in words


def test_a_changed_limit_asks_again_about_what_the_old_one_decided() -> None:
    assert IngestOptions().second_look == frozenset()
    assert IngestOptions(page_seconds=60).second_look == {"timeout"}
    assert IngestOptions(page_megabytes=50, page_memory=2_000).second_look == {"too_large", "out_of_memory"}


def test_the_work_of_a_run_is_told_in_json(tmp_path: Path) -> None:
    identity = Identity("run-1", "2026-01-01T00:00:00+00:00", EXTRACTOR, ("a.warc.gz",), 1)
    identity.write(tmp_path)
    assert json.loads((tmp_path / "run.json").read_text())["run_id"] == "run-1"
    assert Identity.read(tmp_path) == identity
    (tmp_path / "run.json").write_text('["run-1", "an older form"]')
    assert Identity.read(tmp_path) is None
