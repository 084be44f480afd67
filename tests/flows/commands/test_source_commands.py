"""``broadsheet sources``: list, check, import, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.commands.command_line import run_command_line
from tests.harvest.site import Site

OPML = b"""<opml version="2.0"><body><outline text="Coast"><outline type="rss" text="The Times &amp; Tide"
  xmlUrl="FEED"/></outline></body></opml>"""


def test_a_readers_list_becomes_sources_that_are_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Site() as site:
        feed = site.feed("times.example.org", "/feed", ["/a", "/b"])
        (tmp_path / "feeds.opml").write_bytes(OPML.replace(b"FEED", feed.encode()))
        file = tmp_path / "sources.toml"
        words = ["sources", "import", str(tmp_path / "feeds.opml"), "--to", str(file), "--contact", "me@example.org"]
        assert run_command_line(words) == 0
        assert capsys.readouterr().out == f"1 sources added to {file}\n"
        file.write_text(file.read_text() + 'allow_hosts = "times.example.org"\ndelay = 0\n')
        check = ["sources", "check", "--sources", str(file), "--resolve", "times.example.org=127.0.0.1"]
        assert run_command_line([*check, "--json"]) == 0
        [row] = json.loads(capsys.readouterr().out)
        assert (row["source"], row["ok"], row["found"]) == ("the-times-tide", True, 2)
        assert run_command_line(check) == 0
        assert "1 of 1 locations work" in capsys.readouterr().out


def test_one_source_that_does_not_work_is_the_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "sources.toml"
    (tmp_path / "a.html").write_text("<!doctype html><p>a")
    here = '[[source]]\nname = "here"\nkind = "html"\nlocation = "a.html"\n'
    gone = '[[source]]\nname = "gone"\nkind = "html"\nlocation = "gone.html"\n'
    nobody = '[[source]]\nname = "nobody"\nkind = "feed"\nlocation = "https://a.example.org/"\n'
    file.write_text(here + gone + nobody)
    assert run_command_line(["sources", "check", "--sources", str(file), "--json"]) == 1
    rows = {row["source"]: row for row in json.loads(capsys.readouterr().out)}
    assert [rows[name]["ok"] for name in ("here", "gone", "nobody")] == [True, False, False]
    assert rows["gone"]["problem"] == "no such file or folder; check the path"
    assert "names nobody to write to; set user_agent" in rows["nobody"]["problem"]
    assert run_command_line(["sources", "check", "here", "--sources", str(file)]) == 0
    assert run_command_line(["sources", "check", "who", "--sources", str(file)]) == 2


def test_declared_sources_are_listed_without_asking_anybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["sources", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {source["kind"] for source in listed} >= {"warc", "html", "table", "text"}
    assert run_command_line(["sources", "list"]) == 0
    assert listed[0]["name"] in capsys.readouterr().out


def test_a_list_that_cannot_be_read_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.opml").write_text("no list")
    assert run_command_line(["sources", "import", str(tmp_path / "x.opml")]) == 2
    assert capsys.readouterr().err == f"broadsheet: {tmp_path}/x.opml: no OPML: no opml element begins in it\n"
    assert run_command_line(["sources", "import", str(tmp_path / "none.opml")]) == 2
