"""No regular expression of ours can be kept busy: 50,000 hostile characters cost each one less than a CPU-second.

A pattern whose time grows with the square of the text needs more than that; one that grows evenly, some milliseconds.
CPU time of this thread, so a busy machine changes nothing.
"""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from tests.hostile.patterns import attacks, our_patterns, ways_of_use

SIZE = 50_000
CPU_SECONDS = 1.0

BOUNDED = {
    "tasks.extraction.fields.site_name._PARTS": "headlines of MAX_LENGTH characters",
    "tasks.extraction.visible.byline_texts._TAIL": "texts of MAX_TEXT characters",
    "tasks.values.bylines._EMAIL": "MAX_LENGTH",
    "tasks.values.bylines._ADDRESS": "MAX_LENGTH",
    "tasks.values.bylines._BRACKETS": "MAX_LENGTH",
    "tasks.values.bylines._HARD_BREAK": "MAX_LENGTH",
    "tasks.values.bylines._AND": "MAX_LENGTH",
    "tasks.values.bylines._EAST_ASIAN_ROLE": "MAX_LENGTH",
    "tasks.values.bylines._LOCATIVE": "MAX_LENGTH",
    "tasks.values.bylines._DATE_TAIL": "MAX_LENGTH",
    "tasks.values.dates._ISO": "MAX_LENGTH",
    "tasks.harvest.discovery.reading._PAGE_START": "the first 4,096 characters",
    "tasks.harvest.source._CONTACT": "the user agent, which whoever runs the harvest writes",
    "tasks.values.canonical._SLUG": "path segments of 30 characters",
    "tasks/extraction/flat_text/paragraphs.py search: '[^\\\\W_]+$'": "the 60 characters before a full stop",
    "tasks/extraction/flat_text/paragraphs.py search: '[^\\\\W\\\\d_]+$'": "the 60 characters before a full stop",
    "tasks/values/urls.py sub: '(?:\\\\.amp)+(?=$|\\\\.html?$)'": "LONGEST_URL: 2,000 turns",
}
"""Patterns that may take the square of their text, which the code keeps short. Each with the bound."""


class TookTooLongError(Exception):
    """The pattern was still busy."""


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def busy_with(place: str, pattern: re.Pattern[Any]) -> str | None:
    """The beginning of an attack that the pattern could not stand."""
    used = ways_of_use(place)
    anchored = bool(used) and used <= {"match", "fullmatch"}
    run = pattern.match if anchored else pattern.search
    for attack in attacks(pattern, SIZE):
        try:
            with cpu_limit(CPU_SECONDS):
                run(attack)
        except TookTooLongError:
            return repr(attack[:40])
    return None


def test_no_pattern_takes_the_square_of_its_text() -> None:
    # One attack's first second is enough to tell; evenly growing patterns take milliseconds.
    patterns = our_patterns()
    assert len(patterns) > 150, "the patterns were not found"
    busy = {
        place: f"{pattern.pattern!r:.80} on {attack}"
        for place, pattern in patterns.items()
        if place.removesuffix("[0]") not in BOUNDED and (attack := busy_with(place, pattern))
    }
    assert not busy


def test_a_bomb_would_be_found() -> None:
    assert busy_with("", re.compile(r"(?:a+)+$"))
    assert busy_with("", re.compile(r"\s+$"))
    assert busy_with("", re.compile(r"(?:x|\s*\d)*y|[ab]+c"))
    assert not busy_with("", re.compile(r"(?<!\s)\s+$"))


@pytest.mark.parametrize("place", sorted(BOUNDED))
def test_the_list_of_bounded_patterns_names_patterns_that_there_are(place: str) -> None:
    assert {place, f"{place}[0]"} & set(our_patterns())
