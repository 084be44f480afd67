"""How an explanation looks: shared passages by colour, and where there is none by plain characters."""

import io

import pytest

from flows.commands.explanation import print_explanation
from flows.showing.terminal import SafeConsole
from tasks.deduplication import place
from tasks.deduplication.explanation import Explanation, explain
from tests.deduplication.stories import Row, documents, story, with_edges

A, B = "https://north.example/story", "https://south.example/story"
OWN, SHARED, OTHER = story(1, sentences=2), story(2, sentences=6), story(3, sentences=2)


def explained(one: str = f"{OWN}\n\n{SHARED}", other: str = f"{SHARED}\n\n{OTHER}") -> Explanation:
    rows = with_edges(documents([Row(A, one), Row(B, other, retrieved=1)]))
    found = explain(A, rows.lazy(), place(rows.lazy()).lazy())
    assert found is not None
    return found


def shown(monkeypatch: pytest.MonkeyPatch, explanation: Explanation | None = None, **environment: str) -> str:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": "4000", **environment}.items():
        monkeypatch.setenv(name, value)
    console = SafeConsole()
    console.file = io.StringIO()
    print_explanation(explanation or explained(), console, side_by_side=1)
    return console.file.getvalue()


def test_in_a_pipe_shared_passages_stand_between_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    out = shown(monkeypatch)
    first, last = SHARED.split("\n\n")[0], SHARED.split("\n\n")[-1].removesuffix(".")
    assert out.count(f"[[{first}") == 2
    assert out.count(f"{last}]]") == 2
    assert "shared passages in [[ ]]" in out
    assert "\x1b" not in out


def test_a_terminal_without_colours_shows_the_brackets_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "[[" in shown(monkeypatch, FORCE_COLOR="1", NO_COLOR="1")


def test_a_terminal_with_colours_shows_the_passages_in_green(monkeypatch: pytest.MonkeyPatch) -> None:
    out = shown(monkeypatch, FORCE_COLOR="1", TERM="xterm")
    assert "[[" not in out
    assert f"\x1b[32m{SHARED.split(chr(10))[0]}" in out


def test_passages_that_overlap_in_the_other_text_are_marked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = story(5, sentences=1)
    twice = explained(f"{SHARED}\n\n{sentence}\n\n{OTHER}\n\n{sentence}", f"{SHARED}\n\n{sentence}")
    assert len(twice.matches[0].passages) == 2
    out = shown(monkeypatch, twice)
    assert (out.count("[["), out.count("]]")) == (3 + 1, 3 + 1)
