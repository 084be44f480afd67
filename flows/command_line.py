"""The command line: ``broadsheet COMMAND``.

What belongs here: words in, exit status out. Each command makes its options and starts a flow or a task. What
does not: the flows, and what is printed (``flows.summary``, ``flows.overview``). Prefect and the stages are
imported inside the commands, because ``--help`` needs neither.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from cyclopts import App, CycloptsError, Parameter

from flows.options import (
    CopyOptions,
    DataFolder,
    FetchOptions,
    HarvestOptions,
    IngestOptions,
    PublishOptions,
    ServeOptions,
)
from flows.source_commands import sources_app
from flows.terminal import SafeConsole, json_for_terminal, printable
from tasks.values.urls import without_credentials
from tasks.version import __version__

if TYPE_CHECKING:
    from flows.report import RunReport

T = TypeVar("T")

app = App(
    name="broadsheet",
    help="News web pages in; a clean, deduplicated, documented, versioned Parquet dataset of articles out.",
    help_epilogue="Exit status: 0 done, 1 the run failed, 2 the words are off.",
    version=__version__,
)
app.command(sources_app)

Inputs = Annotated[
    str,
    Parameter(
        name="INPUT",
        help="WARCs, HTML files, tables of HTML (Parquet, JSONL) or flattened text: files, folders, globs, or URLs "
        "that fsspec opens (s3://...). None: the sources declared in --sources.",
    ),
]
Data = Annotated[Path, Parameter(help="The data folder: store, releases, run reports.")]
StoreUrl = Annotated[str | None, Parameter(name="--store", help="The store elsewhere: a folder or a URL (s3://...).")]
ReleasesUrl = Annotated[str | None, Parameter(help="The releases elsewhere: a folder or a URL (s3://...).")]
Quiet = Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", help="Say nothing but errors.")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print the result as JSON.")]
Flag = Parameter(negative="")
RemovalReason = Literal["rights", "personal-data", "court-order", "mistake", "other"]
DATA = Path("data")
GOES_ON = "What was done is kept, and the same command goes on from there"
INTERRUPTED = f"interrupted. {GOES_ON}"
SERVER_LOST = f"the flow engine's server was killed, or ended for lack of memory. {GOES_ON}"


def run_command_line(words: Sequence[str]) -> int:
    """Run one command; return its exit status. Errors are one line on standard error."""
    from flows.failures import explain

    try:
        return int(app(list(words), exit_on_error=False, print_error=False, result_action="return_value") or 0)
    except CycloptsError as error:
        command = next((word for word in words if word in app), "")
        return _fail(f"{error} See: broadsheet {command + ' ' if command else ''}--help", 2)
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, 130)
    # The last line of defence: one line a person can act on, the traceback in the log.
    except Exception as error:
        message, status = explain(error)
        if message is None:
            raise
        return _fail(message, status)


def _fail(message: str, status: int) -> int:
    # What somebody typed is said back to them, and may hold a password that a log of the terminal would keep.
    sys.stderr.write(f"broadsheet: {printable(without_credentials(' '.join(message.split())))}\n")
    return status


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
    from flows.inputs import open_inputs
    from flows.summary import print_summary

    found = open_inputs(inputs, options)  # wrong words are told before the engine starts

    def load() -> Callable[[], RunReport]:
        from flows.ingest import ingest as ingest_flow
        from flows.ledger import Ledger
        from flows.run import run as run_flow
        from tasks.shard import get_ready

        if Ledger.of(options.folder, options).unread(found):
            get_ready()
        return partial(run_flow, inputs, options, fetching) if fetching else partial(ingest_flow, inputs, options)

    report = _with_engine(load, options.folder.checked(), quiet=quiet)
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

    from flows.harvest_summary import print_harvest
    from flows.harvesting import settings_of, sources_to_harvest

    sources_to_harvest(options)  # wrong words are told before the engine starts
    settings_of(options.fetch)

    def load() -> Callable[[], dict[str, Any]]:
        from flows.harvest import harvest as harvest_flow

        return partial(harvest_flow, options)

    report = _with_engine(load, DataFolder(options.data), quiet=quiet)
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
    from flows.display import showing
    from flows.engine import leave_at_once, start_engine

    def leave(message: str, status: int) -> None:
        display.stop()
        leave_at_once(_fail(message, status))

    with showing(quiet=quiet) as display:
        before = signal.signal(signal.SIGINT, lambda *_: leave(INTERRUPTED, 130))
        try:
            with display.step("Start the engine"):
                start = start_engine(data.root, data.log, load, partial(leave, SERVER_LOST, 1))
            return start()
        finally:
            signal.signal(signal.SIGINT, before)


@app.command(sort_key=2)
def serve(*, options: ServeOptions = ServeOptions()) -> None:
    """Run what prefect.yaml declares by the clock: harvest and ingest, release, upkeep. Until Ctrl-C."""
    from flows.serving.serve import serve as serve_deployments

    serve_deployments(options)


@app.command(sort_key=3)
def status(  # noqa: PLR0913 - each is one word of the command
    *,
    run: Annotated[str | None, Parameter(help="One run instead, with what each of its steps took: its id.")] = None,
    state: Annotated[str | None, Parameter(help="What harvest remembers, where it was told a --state.")] = None,
    data: Data = DATA,
    store: StoreUrl = None,
    releases: ReleasesUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show each source, what the store holds, the last runs and the releases."""
    folder = DataFolder(data, store, releases)
    if run is not None:
        from flows.run_status import find_run, print_run, run_as_json

        report = find_run(folder, run)
        if as_json:
            sys.stdout.write(json_for_terminal(run_as_json(report)) + "\n")
        else:
            print_run(report, SafeConsole())
        return
    from flows.overview import print_overview, take_overview

    overview = take_overview(folder.checked(), state)
    if as_json:
        sys.stdout.write(json_for_terminal(overview) + "\n")
    else:
        print_overview(overview)


@app.command(sort_key=4)
def verify(
    release: Annotated[str, Parameter(help="A release's folder or URL: data/releases/2026.11.23.")],
    /,
    *,
    as_json: AsJson = False,
) -> int:
    """Check a release: checksums, schema, counts, keys. Exit status 1 and one line for each problem."""
    from tasks.release import verify_release
    from tasks.storage import location_of

    problems = verify_release(location_of(release))
    if as_json:
        sys.stdout.write(json_for_terminal([str(problem) for problem in problems]) + "\n")
    else:
        lines = [printable(str(problem)) for problem in problems] or [f"{release}: nothing is wrong"]
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if problems else 0


@app.command(sort_key=5)
def diff(
    old: Annotated[str, Parameter(help="The folder or URL of the earlier release.")],
    new: Annotated[str, Parameter(help="The folder or URL of the later release.")],
    /,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what two releases differ in: rows added, changed, removed; what kind of change the schema had."""
    from tasks.release.diff import diff_releases
    from tasks.storage import location_of

    found = diff_releases(location_of(old), location_of(new))
    if as_json:
        changes = {name: getattr(found.changes, name).to_dicts() for name in ("added", "changed", "removed")}
        kind = {"kind": found.schema.kind, "what": found.schema.what}
        value = {"old": found.old, "new": found.new, **changes, "schema": kind}
        sys.stdout.write(json_for_terminal(value) + "\n")
    else:
        sys.stdout.write("".join(f"{printable(line)}\n" for line in found.in_words()))


@app.command(sort_key=6)
def explain(  # noqa: PLR0913 - what is explained, of which store, and how it is shown
    page: Annotated[str, Parameter(help="A URL as fetched or canonical, an article_id or a document_id.")],
    /,
    *,
    data: Data = DATA,
    store: StoreUrl = None,
    side_by_side: Annotated[int, Parameter(help="How many matches to show with both texts.")] = 1,
    copies: CopyOptions = CopyOptions(),
    as_json: AsJson = False,
) -> int:
    """Show why a page is where it is: its revisions, its cluster, its matches, the passages they share."""
    from flows.explanation import as_json as in_json
    from flows.explanation import print_explanation, print_rejects
    from tasks.deduplication import place
    from tasks.deduplication.explanation import explain as explain_page
    from tasks.store import Store

    held = Store(DataFolder(data, store).checked().store)
    version = held.version()
    documents = held.documents(version)
    found = explain_page(page, documents, place(documents, copies.thresholds).lazy())
    if found is None:
        why = print_rejects(page, held.rejects(version), SafeConsole())
        return 0 if why else _fail(f"{page} is not in the store, as a document or as a reject", 1)
    if as_json:
        sys.stdout.write(json_for_terminal(in_json(found)) + "\n")
    else:
        print_explanation(found, SafeConsole(), side_by_side=side_by_side)
    return 0


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


@app.command(sort_key=8)
def remove(  # noqa: PLR0913 - what goes and why, from where, and what is asked
    *what: Annotated[
        str, Parameter(name="WHAT", help="URLs, ids (article_id or document_id) and domains. Ids take the whole page.")
    ],
    reason: Annotated[RemovalReason, Parameter(help="Why; it is written into the store and the releases.")],
    with_copies: Annotated[bool, Flag, Parameter(help="Take near-identical copies at other URLs too.")] = False,
    yes: Annotated[bool, Flag, Parameter(name=["--yes", "-y"], help="Do not ask.")] = False,
    data: Data = DATA,
    store: StoreUrl = None,
    releases: ReleasesUrl = None,
    as_json: AsJson = False,
) -> int:
    """Take pages out for good: of the store, of every release that is kept, and of all later runs."""
    from flows.removal import Wishes, remove_pages

    if not what:
        return _fail("name what to remove: a URL, an id or a domain. See: broadsheet remove --help", 2)
    left_undone = remove_pages(
        DataFolder(data, store, releases).checked(), what, Wishes(reason, with_copies, yes, as_json)
    )
    return _fail(*left_undone) if left_undone else 0


@app.command(sort_key=8)
def schema(*, as_json: AsJson = False) -> None:
    """Print the data dictionary: every table and column with its type, meaning and an example."""
    from tasks.release.schema_document import schema_document, schema_markdown

    if as_json:
        sys.stdout.write(json_for_terminal(schema_document()) + "\n")
    else:
        sys.stdout.write(schema_markdown())
