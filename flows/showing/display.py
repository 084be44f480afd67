"""What a person sees while a run works: one calm display, or plain lines where the output is no terminal.

What belongs here: the steps of a run on the screen. What does not: the report at its end (``flows.showing.summary``).
Flows and tasks tell ``current()``; they do not know which display listens. It is written to standard error, so
that standard output holds the result alone.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from flows.reporting.stages import Stage, cpu_seconds, forget_peak, give_back_freed_memory, peak_bytes
from flows.showing.terminal import SafeConsole, printable

_PLAIN_SECONDS = 10.0


@dataclass
class Step:
    """One step of a run: its words, how far it is (0 to 1, or null where that is not known), when it began.

    ``pages``: how many it went through. ``workers``: what other processes took for it, as ``tasks.shard.Counts`` tells.
    """

    name: str
    text: str = ""
    fraction: float | None = None
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    failed: bool = False
    pages: int | None = None
    workers: tuple[float, int] = (0.0, 0)  # processor seconds, and the most bytes that one of them held
    cpu_before: float = field(default_factory=cpu_seconds)
    cpu_seconds: float = 0.0
    peak_bytes: int = 0

    @property
    def seconds(self) -> float:
        """How long it took, or takes so far."""
        return (self.ended or time.monotonic()) - self.began

    def measure(self) -> None:
        """Note what this process took for it so far."""
        self.cpu_seconds, self.peak_bytes = cpu_seconds() - self.cpu_before, peak_bytes()

    def as_stage(self) -> Stage:
        """What it took, its workers included; so far, where it is not over."""
        if self.ended is None:
            self.measure()
        cpu, peak = self.workers
        return Stage(
            self.name,
            round(self.seconds, 3),
            round(self.cpu_seconds + cpu, 3),
            max(self.peak_bytes, peak),
            self.pages,
        )


class Display:
    """Listens and shows nothing: ``--quiet``, deployments and tests."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.on_change: Callable[[], None] = lambda: None  # called when a step begins or ends
        self.interrupted = False
        # Reentrant: the handler of Ctrl-C draws the last picture in the main thread, which may hold it just then.
        self._lock = threading.RLock()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """A step that lasts as long as the block."""
        step = Step(name)
        give_back_freed_memory()
        forget_peak()
        with self._lock:
            self.steps.append(step)
        self.began(step)
        self.on_change()
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            step.measure()
            step.ended = time.monotonic()
            self.ended(step)
            self.on_change()

    def stages(self, first: int) -> tuple[Stage, ...]:
        """What the steps from number ``first`` on took, as far as they are over."""
        with self._lock:
            return tuple(step.as_stage() for step in self.steps[first:] if step.ended is not None)

    def so_far(self, first: int) -> tuple[tuple[Stage, ...], str | None, str]:
        """What the steps from number ``first`` on took until now; the one under way (null: none), and its words."""
        with self._lock:
            steps = self.steps[first:]
        now = [step for step in steps if step.ended is None or step.failed]
        stages = tuple(step.as_stage() for step in steps)
        return (stages, now[-1].name, now[-1].text) if now else (stages, None, "")

    def interrupt(self) -> None:
        """Whoever keeps a record of the run gets to know that it was interrupted."""
        self.interrupted = True
        self.on_change()

    def stop(self) -> None:
        """Nothing more is shown."""

    def warn(self, line: str) -> None:
        """Something that the person who runs it can mend; no error."""

    def began(self, step: Step) -> None:
        """A step begins."""

    def moved(self, step: Step) -> None:
        """A step's text or fraction is new."""

    def ended(self, step: Step) -> None:
        """A step is over."""


class PlainDisplay(Display):
    """A line when a step begins and ends, and every ten seconds between."""

    def __init__(self) -> None:
        super().__init__()
        self._last = 0.0

    def _say(self, step: Step, word: str) -> None:
        self._last = time.monotonic()
        detail = f": {printable(step.text)}" if step.text else ""
        sys.stderr.write(f"{step.name} {word}{detail}\n")
        sys.stderr.flush()

    def warn(self, line: str) -> None:
        """The line."""
        sys.stderr.write(f"{printable(line)}\n")
        sys.stderr.flush()

    def began(self, step: Step) -> None:  # noqa: ARG002  (no line yet: most steps are over before it could be read)
        """Start counting the seconds to the next line."""
        self._last = time.monotonic()

    def moved(self, step: Step) -> None:
        """A line, when the last one is old."""
        if time.monotonic() - self._last >= _PLAIN_SECONDS:
            self._say(step, "...")

    def ended(self, step: Step) -> None:
        """A line with what came of it and how long it took."""
        self._say(step, "failed" if step.failed else f"done in {step.seconds:.1f} s")


class LiveDisplay(Display):
    """A line a step, redrawn in place, for a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(console=SafeConsole(stderr=True), get_renderable=self._render, refresh_per_second=8)

    def start(self) -> None:
        """Take the lines at the cursor."""
        self._live.start()

    def stop(self) -> None:
        """Leave the last picture on the screen."""
        self._live.stop()

    def warn(self, line: str) -> None:
        """The line, above the steps."""
        self._live.console.print(Text(line, style="yellow"))

    def _render(self) -> RenderableType:
        with self._lock:
            steps = list(self.steps)
        return Group(*(self._row(step) for step in steps)) if steps else Text("")

    def _row(self, step: Step) -> RenderableType:
        mark: RenderableType = self._spinner
        if step.ended is not None:
            mark = Text("✗", style="red") if step.failed else Text("✓", style="green")
        row = Table.grid(padding=(0, 1))
        row.add_column(width=1)
        row.add_column(width=18)
        row.add_column(width=7, justify="right")
        cells: list[RenderableType] = [mark, Text(step.name), Text(f"{step.seconds:.1f} s", style="dim")]
        if step.ended is None and step.fraction is not None:
            row.add_column(width=24)
            cells.append(ProgressBar(total=1.0, completed=step.fraction, width=24))
        row.add_column()
        row.add_row(*cells, Text(step.text))
        return row


_current: list[Display] = [Display()]


def current() -> Display:
    """The display of this process."""
    return _current[0]


@contextmanager
def showing(*, quiet: bool) -> Iterator[Display]:
    """The display that fits: none when quiet, live in a terminal, else plain lines."""
    display = Display() if quiet else LiveDisplay() if sys.stderr.isatty() else PlainDisplay()
    _current[0] = display
    try:
        if isinstance(display, LiveDisplay):
            display.start()
        yield display
    finally:
        if isinstance(display, LiveDisplay):
            display.stop()
        _current[0] = Display()
