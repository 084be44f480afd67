"""The inputs of a run: as given on the command line, or the declared sources and what was harvested of them.

What belongs here: which of the two, and the options that go with them. What does not: finding and reading them
(``tasks.sources``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.given import as_given
from flows.options import MEGABYTE, IngestOptions
from flows.sources.harvested import harvested_inputs, is_fetched
from tasks.sources import Input, InputError, ReadOptions, find_inputs, read_sources, source_inputs
from tasks.values.urls import without_secrets


def open_inputs(words: Sequence[str], options: IngestOptions) -> list[Input]:
    """The inputs a run reads. Raises ``tasks.sources.InputError``: one line that says what to do."""
    words = list(map(as_given, words))
    limit = options.page_megabytes * MEGABYTE
    if not words:
        declared = read_sources(options.sources)
        found = source_inputs(declared)
        if any(map(is_fetched, declared)):
            found += harvested_inputs(options.folder, ReadOptions())
        return [replace(one, options=replace(one.options, max_payload_bytes=limit)) for one in found]
    columns = ReadOptions(url_column=options.url_column, content_column=options.content_column, max_payload_bytes=limit)
    try:
        return find_inputs(words, options.kind, columns)
    except InputError as error:  # a flow that fails of it leaves the message in Prefect's database
        raise InputError(without_secrets(str(error))) from None
