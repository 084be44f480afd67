from __future__ import annotations

import gzip
import os
from pathlib import Path

import fsspec
import pytest

from tasks.sources import InputError, find_inputs
from tests.sources.warcs import HTML, outcome, packed, page, read


def _kinds(folder: Path) -> dict[str, str]:
    return {Path(item.path).name: item.kind for item in find_inputs([str(folder)])}


def test_kinds_are_told_from_names_and_first_bytes(tmp_path: Path) -> None:
    files = {
        "a.warc.gz": packed(page("a")),
        "b.warc": page("b"),
        "misnamed.txt": page("c"),
        "nameless": HTML,
        "d.htm": b"words",
        "e.jsonl": b"{}",
        "f.ndjson.gz": gzip.compress(b"{}"),
        "g.txt": b"https://example.com/\n\nA headline\n",
        "dump": b"https://example.com/\n\nA headline\n",
        "empty.html": b"",
        "rows": b"PAR1...",
        ".hidden.html": HTML,
        "picture.jpg": b"\xff\xd8\xff",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    assert _kinds(tmp_path) == {
        "a.warc.gz": "warc",
        "b.warc": "warc",
        "misnamed.txt": "warc",
        "nameless": "html",
        "d.htm": "html",
        "e.jsonl": "table",
        "f.ndjson.gz": "table",
        "g.txt": "text",
        "dump": "text",
        "empty.html": "html",
        "rows": "table",
    }


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("missing.warc", r"missing\.warc: no such file or folder; check the path"),
        ("empty", r"empty: this folder holds no files; put pages into it"),
        ("*.warc", r"\*\.warc: this glob holds no files; check the pattern"),
        ("data.bin", r"data\.bin: not of a known kind; say --kind, one of: warc .*; html"),
        ("other", r"other: this folder holds no file of a known kind"),
        ("nowhere://a/b", r"nowhere://a/b: this kind of URL cannot be opened: "),
    ],
)
def test_a_word_that_names_nothing_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("other").mkdir()
    Path("other/data.bin").write_bytes(b"\x00\x01")
    Path("data.bin").write_bytes(b"\x00\x01")
    with pytest.raises(InputError, match=message) as raised:
        find_inputs([word])
    assert "\n" not in str(raised.value)


def test_a_kind_that_there_is_not_lists_those_there_are() -> None:
    with pytest.raises(InputError, match="kind 'pdf' is not known; choose one of warc, html, table, text"):
        find_inputs(["a"], kind="pdf")


def test_a_given_kind_settles_what_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "page.php"
    path.write_bytes(b"no markup")
    assert [item.kind for item in find_inputs([str(path)], kind="html")] == ["html"]


def test_globs_and_folders_come_sorted_and_a_file_named_twice_comes_once(tmp_path: Path) -> None:
    for name in ("b.warc", "a.warc", "c/d.warc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(page("a"))
    found = find_inputs([str(tmp_path / "*.warc"), str(tmp_path), str(tmp_path / "**/d.warc")])
    assert [os.path.relpath(item.path, tmp_path) for item in found] == ["a.warc", "b.warc", "c/d.warc"]


def test_a_fingerprint_changes_with_the_file_and_with_its_sidecar_only(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(HTML)

    def fingerprint() -> str:
        return find_inputs([str(path)])[0].fingerprint

    first = fingerprint()
    assert fingerprint() == first == find_inputs([str(tmp_path)])[0].fingerprint
    (tmp_path / "a.url").write_text("https://example.com/a")
    second = fingerprint()
    path.write_bytes(HTML + b" ")
    assert len({first, second, fingerprint()}) == 3


def test_inputs_may_lie_at_an_fsspec_url() -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/seeds-test/a.warc.gz", packed(page("a"), page("b")))
    memory.pipe("/seeds-test/c.html", HTML)
    memory.pipe("/seeds-test/c.url", b"https://example.com/c")
    try:
        assert outcome(read("memory://seeds-test")) == ["a", "b", "c"]
        assert [item.path for item in find_inputs(["memory://seeds-test/*.gz"])] == ["memory:///seeds-test/a.warc.gz"]
        with pytest.raises(InputError, match="no such file or folder"):
            find_inputs(["memory://seeds-test/gone.warc"])
    finally:
        memory.rm("/seeds-test", recursive=True)
