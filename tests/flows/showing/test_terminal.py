"""A terminal never obeys what a page, a file name or an error message says."""

import io
import json
import sys

import pytest
from rich.table import Table
from rich.text import Text

from flows.commands.command_line import run_command_line
from flows.showing.display import PlainDisplay
from flows.showing.terminal import SafeConsole, json_for_terminal, printable

TITLE = "\x1b]0;your bank\x07"  # sets the window's title
HOSTILE = f"Harbour {TITLE}reopens [red]now[/red] [link=https://evil.example.com]here[/link] \x9b2J\u202egpj.exe"


def test_control_sequences_and_bidi_controls_are_written_out() -> None:
    assert printable(HOSTILE) == (
        "Harbour \\x1b]0;your bank\\x07reopens [red]now[/red] [link=https://evil.example.com]here[/link] "
        "\\x9b2J\\u202egpj.exe"
    )


def test_words_in_any_script_line_ends_and_tabs_stay() -> None:
    words = "Le phare\tדואר\nالميناء 東京 naïve 👩‍🚒"
    assert printable(words) == words


def test_a_console_shows_data_as_it_stands_in_lines_tables_and_titles(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(title=HOSTILE)
    table.add_column(HOSTILE)
    table.add_row(HOSTILE)
    console = SafeConsole()
    console.file = sys.stdout
    console.width = 300
    console.print(HOSTILE)
    console.print(Text(HOSTILE))
    console.print(table)
    shown = capsys.readouterr().out
    assert shown.count("[red]now[/red]") == 5
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)


def test_json_is_escaped_and_reads_back_the_same() -> None:
    text = json_for_terminal({"headline": HOSTILE})
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert json.loads(text) == {"headline": HOSTILE}


def test_an_error_names_a_file_without_obeying_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", f"no-such{TITLE}.warc.gz"]) == 2
    assert "no-such\\x1b]0;your bank\\x07.warc.gz" in capsys.readouterr().err


def test_a_step_shows_its_words_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = io.StringIO()
    monkeypatch.setattr(sys, "stderr", heard)
    with PlainDisplay().step("Publish") as step:
        step.text = f"release {TITLE}"
    assert "\x1b" not in heard.getvalue()
