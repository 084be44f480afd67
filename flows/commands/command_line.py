"""The command line: ``broadsheet COMMAND``.

What belongs here: the program, and the commands that start a flow: words in, exit status out. What does not: the other
commands (``flows.commands.plain_commands``, ``flows.commands.source_commands``), the flows, and what is printed
(``flows.showing.summary``, ``flows.status.overview``). Prefect and the stages are imported inside the commands, because
``--help`` needs neither.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import App, CycloptsError, Parameter

from flows.commands.plain_commands import add_plain_commands
from flows.commands.source_commands import sources_app
from flows.commands.words import DATA, AsJson, Data, Inputs, Quiet, StoreUrl
from flows.loading import loading
from flows.options import (
    DataFolder,
    FetchOptions,
    HarvestOptions,
    IngestOptions,
    PublishOptions,
    ServeOptions,
)
from flows.showing.terminal import SafeConsole, fail, json_for_terminal
from tasks.version import __version__

if TYPE_CHECKING:
    from flows.reporting.report import RunReport

T = TypeVar("T")

app = App(
    name="broadsheet",
    help="News web pages in; a clean, deduplicated, documented, versioned Parquet dataset of articles out.",
    help_epilogue="Exit status: 0 done, 1 the run failed, 2 the words are off.",
    version=__version__,
)
app.command(sources_app)
add_plain_commands(app)

GOES_ON = "What was done is kept, and the same command goes on from there"
INTERRUPTED = f"interrupted. {GOES_ON}"
SERVER_LOST = f"the flow engine's server was killed, or ended for lack of memory. {GOES_ON}"


def run_command_line(words: Sequence[str]) -> int:
    """Run one command; return its exit status. Errors are one line on standard error."""
    from flows.commands.failures import explain

    try:
        return int(app(list(words), exit_on_error=False, print_error=False, result_action="return_value") or 0)
    except CycloptsError as error:
        command = next((word for word in words if word in app), "")
        return fail(f"{error} See: broadsheet {command + ' ' if command else ''}--help", 2)
    except KeyboardInterrupt:
        return fail(INTERRUPTED, 130)
    except Exception as error:  # the last line of defence: one line to act on, the traceback in the log
        message, status = explain(error)
        if message is None:
            raise
        return fail(message, status)


@app.command(sort_key=0)
def run(
    *inputs: Inputs,
    options: IngestOptions = IngestOptions(),
    fetching: FetchOptions = FetchOptions(),
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Ingest, then publish: the main job. Publishes nothing when nothing is new.

    Without INPUT, declared feeds, sitemaps and URL lists are harvested first.
    """
    _ingest(inputs, options, fetching, quiet=quiet, as_json=as_json)


@app.command(sort_key=1)
def ingest(
    *inputs: Inputs,
    options: IngestOptions = IngestOptions(),
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read pages into the store: a new version of the living dataset."""
    _ingest(inputs, options, None, quiet=quiet, as_json=as_json)


def _ingest(
    inputs: tuple[str, ...], options: IngestOptions, fetching: FetchOptions | None, *, quiet: bool, as_json: bool
) -> None:
    """Ingest; where it is said how to fetch, the whole main job."""
    with loading():
        from flows.given import kept_back
        from flows.ingesting import head_start
        from flows.ingesting.inputs import open_inputs
        from flows.ingesting.ledger import Ledger
        from flows.showing.summary import print_summary
        from flows.sources.harvested import harvests_first
        from tasks.shard import get_ready, stand_by

    inputs = tuple(map(kept_back, inputs))
    fetching = fetching and replace(fetching, state=fetching.state and kept_back(fetching.state))
    here = options.engine != "dask"
    if here and "prefect" not in sys.modules:
        stand_by()  # from a program that has done nothing yet: no thread was started, no log set up

    found = open_inputs(inputs, options)  # wrong words are told before the engine starts
    will_read = here and Ledger.lacks(options.folder, options, found)
    if will_read:
        get_ready()  # while the engine starts

    def load() -> Callable[[], RunReport]:
        unread = Ledger.of(options.folder, options).unread(found) if here else []
        if unread:
            if not will_read:
                get_ready()
            if fetching is None or not harvests_first(inputs, options.sources):
                head_start.begin(found, unread, options)
        from flows.ingest import ingest as ingest_flow
        from flows.run import run as run_flow

        return partial(run_flow, inputs, options, fetching) if fetching else partial(ingest_flow, inputs, options)

    try:
        report = _with_engine(load, options.folder.checked(), quiet=quiet)
    finally:
        head_start.end()  # where the flow did not begin
    if as_json:
        sys.stdout.write(json_for_terminal(asdict(report)) + "\n")
    elif not quiet:
        print_summary(report, SafeConsole())


@app.command(sort_key=2)
def harvest(
    *,
    options: HarvestOptions = HarvestOptions(),
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Fetch what is new of the declared feeds, sitemaps and URL lists into WARCs, politely, each page once."""

    from flows.given import kept_back
    from flows.showing.harvest_summary import print_harvest
    from flows.sources.harvesting import settings_of, sources_to_harvest

    state = options.fetch.state and kept_back(options.fetch.state)
    options = replace(options, fetch=replace(options.fetch, state=state))
    sources_to_harvest(options)  # wrong words are told before the engine starts
    settings_of(options.fetch)

    def load() -> Callable[[], dict[str, Any]]:
        from flows.harvest import harvest as harvest_flow

        return partial(harvest_flow, options)

    report = _with_engine(load, DataFolder(options.data, options.store).checked(), quiet=quiet)
    if as_json:
        sys.stdout.write(json_for_terminal(report) + "\n")
    elif not quiet:
        print_harvest(report, SafeConsole())


@app.command(sort_key=2)
def publish(
    *,
    options: PublishOptions = PublishOptions(),
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make a release from the store: numbered, documented, never changed after."""

    def load() -> Callable[[], str]:
        from flows.publish import publish as publish_flow

        return partial(publish_flow, options)

    release = _with_engine(load, options.folder.checked(), quiet=quiet)
    if as_json:
        sys.stdout.write(json.dumps({"release": release}) + "\n")
    elif not quiet:
        sys.stdout.write(f"release {release}\n")


def _with_engine(load: Callable[[], Callable[[], T]], data: DataFolder, *, quiet: bool) -> T:
    """Start the flow engine, load a flow meanwhile, run it and show its steps."""
    import httpx

    from flows.commands.failures import explain
    from flows.engine import leave_at_once, start_engine
    from flows.reporting.log_files import begin_log
    from flows.showing.display import showing

    begin_log(data.log)

    def leave(message: str, status: int) -> None:
        display.stop()
        leave_at_once(fail(message, status))

    with showing(quiet=quiet) as display:

        def interrupted(*_: object) -> None:
            display.interrupt()
            leave(INTERRUPTED, 130)

        before = signal.signal(signal.SIGINT, interrupted)
        try:
            with display.step("Start the engine"):
                start = start_engine(data.root, data.log, load, partial(leave, SERVER_LOST, 1))
            return start()
        except httpx.TransportError as error:  # to tell a lost server what it missed, Prefect would try for minutes
            message, status = explain(error)
            leave(message or str(error), status)
            raise
        finally:
            signal.signal(signal.SIGINT, before)


@app.command(sort_key=2)
def serve(*, options: ServeOptions = ServeOptions()) -> None:
    """Run what prefect.yaml declares by the clock: harvest and ingest, release, upkeep. Until Ctrl-C."""
    from flows.serving.serve import serve as serve_deployments

    serve_deployments(options)


@app.command(sort_key=7)
def refingerprint(
    *,
    data: Data = DATA,
    store: StoreUrl = None,
    anyway: Annotated[bool, Parameter(negative="", help="Even where all have this version's format already.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make the store's fingerprints and matches anew from its texts, after their format has changed.

    Needs as much free disk as the store takes up, twice. Nothing changes until the last step, one commit; earlier
    versions of the store stay.
    """

    def load() -> Callable[[], int | None]:
        from flows.refingerprint import refingerprint as refingerprint_flow

        return partial(refingerprint_flow, data, anyway, store)

    version = _with_engine(load, DataFolder(data, store).checked(), quiet=quiet)
    if as_json:
        sys.stdout.write(json.dumps({"store_version": version}) + "\n")
    elif not quiet:
        done = "all fingerprints have this version's format: nothing to do" if version is None else ""
        sys.stdout.write(f"{done or f'store version {version}'}\n")
