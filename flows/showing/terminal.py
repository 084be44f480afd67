"""Words for a terminal: what a page, a file name or a server wrote, made harmless to show.

What belongs here: escaping of what a terminal would obey, and the one line of a command that failed. What does not:
which words are shown.

Headlines, URLs, file names and error messages come from strangers. A terminal obeys control sequences in them (clear
the screen, set the title, write to the clipboard), and bidirectional controls make a line read other than it is.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but for tab and line end, DEL, C1 (U+009B alone begins a sequence)
    "\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"  # bidirectional controls, line separators
    "\ud800-\udfff]"  # lone surrogates, which no terminal can be sent
)


def printable(text: str) -> str:
    """The text with every character that a terminal would obey written out, as ``\\x1b`` or ``\\u202e``."""
    return _OBEYED.sub(lambda match: _escape(match[0]), text)


class SafeConsole(Console):
    """A console whose words are data: markup in them (``[red]``) is not read, control characters are written out."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is shown, piece by piece; rich's own control sequences are no text and stay."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else printable(text), style, control)


def json_for_terminal(value: Any) -> str:
    """JSON in any script; what a terminal would obey is escaped, which reads back as the same value."""
    text = json.dumps(value, indent=1, default=str, ensure_ascii=False)
    return _OBEYED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _escape(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


def fail(message: str, status: int) -> int:
    """Say why a command failed, in one line on standard error; give its exit status back."""
    from tasks.values.urls import without_secrets  # slow to load, and most commands do not fail

    # What somebody typed is said back to them, and may hold a password that a log of the terminal would keep.
    sys.stderr.write(f"broadsheet: {printable(without_secrets(' '.join(message.split())))}\n")
    return status
