"""The commands that start no flow: they show what is there (status, verify, diff, explain, schema) or take out of it.

What belongs here: words in, exit status out. What does not: the commands that run flows
(``flows.commands.command_line``). What a command needs is imported inside it, because ``--help`` needs none of it.
"""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import App, Parameter

from flows.commands.words import DATA, AsJson, Data, Flag, ReleasesUrl, RemovalReason, StoreUrl
from flows.options import CopyOptions, DataFolder
from flows.showing.terminal import SafeConsole, fail, json_for_terminal, printable


def add_plain_commands(app: App) -> None:
    """Make them commands of the program, in the order of its help."""
    for place, command in ((3, status), (4, verify), (5, diff), (6, explain), (8, remove), (8, schema)):
        app.command(command, sort_key=place)


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
        from flows.status.run_status import find_run, print_run, run_as_json

        report = find_run(folder, run)
        if as_json:
            sys.stdout.write(json_for_terminal(run_as_json(report)) + "\n")
        else:
            print_run(report, SafeConsole())
        return
    from flows.status.overview import print_overview, take_overview

    overview = take_overview(folder.checked(), state)
    if as_json:
        sys.stdout.write(json_for_terminal(overview) + "\n")
    else:
        print_overview(overview)


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
    from flows.commands.explanation import as_json as in_json
    from flows.commands.explanation import print_explanation, print_rejects
    from tasks.deduplication import place
    from tasks.deduplication.explanation import explain as explain_page
    from tasks.store import Store

    held = Store(DataFolder(data, store).checked().store)
    version = held.version()
    documents = held.documents(version)
    found = explain_page(page, documents, place(documents, copies.thresholds).lazy())
    if found is None:
        why = print_rejects(page, held.rejects(version), SafeConsole())
        return 0 if why else fail(f"{page} is not in the store, as a document or as a reject", 1)
    if as_json:
        sys.stdout.write(json_for_terminal(in_json(found)) + "\n")
    else:
        print_explanation(found, SafeConsole(), side_by_side=side_by_side)
    return 0


def remove(  # noqa: PLR0913 - what goes and why, from where, and what is asked
    *what: Annotated[
        str, Parameter(name="WHAT", help="URLs, ids (article_id or document_id) and domains. Ids take the whole page.")
    ],
    reason: Annotated[RemovalReason, Parameter(help="Why; it is written into the store and the releases.")],
    state: Annotated[str | None, Parameter(help="What harvest remembers, where it was told a --state.")] = None,
    with_copies: Annotated[bool, Flag, Parameter(help="Take near-identical copies at other URLs too.")] = False,
    yes: Annotated[bool, Flag, Parameter(name=["--yes", "-y"], help="Do not ask.")] = False,
    data: Data = DATA,
    store: StoreUrl = None,
    releases: ReleasesUrl = None,
    as_json: AsJson = False,
) -> int:
    """Take pages out for good: of the store, of every release kept, of what harvest keeps, and of all later runs."""
    from flows.removal import Wishes, remove_pages

    if not what:
        return fail("name what to remove: a URL, an id or a domain. See: broadsheet remove --help", 2)
    left_undone = remove_pages(
        DataFolder(data, store, releases).checked(), what, Wishes(reason, with_copies, yes, as_json, state)
    )
    return fail(*left_undone) if left_undone else 0


def schema(*, as_json: AsJson = False) -> None:
    """Print the data dictionary: every table and column with its type, meaning and an example."""
    from tasks.release.schema_document import schema_document, schema_markdown

    if as_json:
        sys.stdout.write(json_for_terminal(schema_document()) + "\n")
    else:
        sys.stdout.write(schema_markdown())
