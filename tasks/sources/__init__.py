"""Pages out of inputs: WARC, HTML files, tables of HTML, flattened text.

What belongs here: from INPUT words to pages, one at a time. What does not: what is on a page
(``tasks.extraction``) and fetching from the web (``tasks.harvest``).

Three steps: ``find_inputs`` says which files there are, ``plan_shards`` cuts them into parts for workers, and
``read_pages`` gives the pages and rejects of one part. ``read_sources`` reads the declared sources.
"""

from tasks.sources.declared import SOURCE_KINDS, Source, read_sources, source_inputs
from tasks.sources.find import Input, find_inputs
from tasks.sources.kinds import KINDS, Kind
from tasks.sources.locations import InputError
from tasks.sources.marks import Marks, Place
from tasks.sources.options import MAX_PAYLOAD_BYTES, ReadOptions
from tasks.sources.pages import read_pages
from tasks.sources.shards import Shard, plan_shards

__all__ = [
    "KINDS",
    "MAX_PAYLOAD_BYTES",
    "SOURCE_KINDS",
    "Input",
    "InputError",
    "Kind",
    "Marks",
    "Place",
    "ReadOptions",
    "Shard",
    "Source",
    "find_inputs",
    "plan_shards",
    "read_pages",
    "read_sources",
    "source_inputs",
]
