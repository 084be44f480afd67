"""What the run's page in the Prefect UI shows: the funnel, the rejects by reason, the release's data card.

What belongs here: Prefect artifacts made from a report. What does not: the report (``flows.reporting.report``).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.context import FlowRunContext

from flows.reporting.report import Funnel
from flows.reporting.stages import Stage
from tasks.storage import Location

_Aside = Callable[[Callable[[], Any]], None]
_aside: ContextVar[_Aside | None] = ContextVar("artifacts_aside", default=None)


@contextmanager
def showing_aside() -> Iterator[None]:
    """A block, of a flow and the flows below it, that goes on while its artifacts are sent, one after the other.

    All are there when it ends well; then what one of them failed of is raised.
    """
    thread, sent = ThreadPoolExecutor(1, "artifacts"), list[Future[Any]]()

    def send(artifact: Callable[[], Any]) -> None:
        sent.append(thread.submit(copy_context().run, artifact))  # of the flow run of this moment

    before = _aside.set(send)
    try:
        yield
        for one in sent:
            one.result()
    finally:
        _aside.reset(before)
        thread.shutdown(wait=False, cancel_futures=True)


def _show(artifact: Callable[[], Any]) -> None:
    send = _aside.get()
    if send is None:
        artifact()
    else:
        send(artifact)


def show_funnel(funnel: Funnel) -> None:
    """A table artifact: one row a way for a page to end."""
    rows = [
        {"pages": name, "count": getattr(funnel, name), "share": f"{getattr(funnel, name) / max(funnel.read, 1):.1%}"}
        for name in ("read", "articles", "copies", "revisions", "unchanged", "rejects")
    ]
    _show(partial(create_table_artifact, rows, key="funnel", description="How every page that was read ended"))


def show_rejects(by_reason: dict[str, int]) -> None:
    """A table artifact: rejects by reason, most first."""
    from tasks.schema import REJECT_REASONS

    rows = [
        {
            "stage": REJECT_REASONS[reason].stage,
            "reason": reason,
            "count": count,
            "meaning": REJECT_REASONS[reason].description,
        }
        for reason, count in sorted(by_reason.items(), key=lambda item: (-item[1], item[0]))
    ]
    described = "Pages that did not become documents, by reason"
    _show(partial(create_table_artifact, rows, key="rejects", description=described))


@dataclass
class _StagesTable:
    """The table of one flow run: made once, and brought up to date."""

    artifact: UUID
    is_final: bool


_tables: dict[UUID, _StagesTable] = {}
_tables_lock = threading.Lock()


def show_stages(stages: Iterable[Stage]) -> None:
    """A table artifact of this flow run: one row a step, with what it took."""
    _show(partial(_put_stages, tuple(stages), is_final=True))


def show_stages_so_far(stages: Iterable[Stage]) -> None:
    """The same while the run works. Where the server cannot be asked, it is not shown: the run itself finds out."""
    with suppress(Exception):  # whatever Prefect's client raises: a table that is not shown costs no page
        _put_stages(stages, is_final=False)


def _put_stages(stages: Iterable[Stage], *, is_final: bool) -> None:
    rows = [
        {
            "stage": stage.name,
            "seconds": round(stage.seconds, 1),
            "CPU seconds": round(stage.cpu_seconds, 1),
            "peak memory (MB)": round(stage.peak_bytes / 1e6),
            "pages": "" if stage.pages is None else stage.pages,
            "pages/s": "" if stage.pages_per_second is None else round(stage.pages_per_second, 1),
        }
        for stage in stages
    ]
    said = "What each step took; memory is that of its largest process" + ("" if is_final else ". The run is at work")
    run = FlowRunContext.get()
    if run is None or run.flow_run is None:
        return
    with _tables_lock:  # the run's end and its record come from two threads
        shown = _tables.get(run.flow_run.id)
        if shown is None:
            made = create_table_artifact(rows, key="stages", description=said)
            _tables[run.flow_run.id] = _StagesTable(cast(UUID, made), is_final)
        elif is_final or not shown.is_final:
            with get_client(sync_client=True) as client:
                client.update_artifact(shown.artifact, ArtifactUpdate(data=json.dumps(rows), description=said))
            shown.is_final = is_final


def show_data_card(release: Location) -> None:
    """A markdown artifact: the release's README.md without its machine-readable header."""
    text = (release / "README.md").read_text(encoding="utf-8")
    if text.startswith("---\n"):
        text = text.split("\n---\n", 1)[1]
    _show(partial(create_markdown_artifact, text, key="data-card", description=f"Release {release.name}"))
