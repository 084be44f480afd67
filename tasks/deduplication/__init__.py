"""Which documents are new, which texts match, and which document leads each cluster.

What belongs here: fingerprints, what a run brings that the store has not, candidates, verified match
edges, placements, and what explains a placement. What does not: how texts are cleaned
(``tasks.normalisation``) and where rows are kept (``tasks.store``). A run calls, in this order:

1. :func:`fingerprint` on every batch of documents, in the shard's worker;
2. :func:`check_format` on the store: a store in an older format is told so, not compared wrongly;
3. :func:`sort_out`: what is new, a revision or unchanged;
4. :func:`find_edges`: each new document's matches with documents before it, kept with it for good;
5. :func:`place`, for any version of the store: articles, copies and revisions of that version.

Which module does what: ``shingles`` and ``signatures`` define the format, ``fingerprints`` puts it into
columns; ``arrivals`` is identity; ``candidates``, ``boilerplate``, ``questions``, ``verification`` and ``thresholds``
serve ``edges``; ``clusters`` serves ``placement``; ``explanation`` says why. The search (by bands) and the verification
(by later documents) may be shared among workers: ``edges.Workers``.
"""

from tasks.deduplication.arrivals import Arrivals, sort_out
from tasks.deduplication.edges import MATCH_EDGES, find_edges
from tasks.deduplication.fingerprints import FORMAT_VERSION, FormatError, check_format, fingerprint
from tasks.deduplication.placement import place
from tasks.deduplication.thresholds import COPY, EDGE, Thresholds

__all__ = [
    "COPY",
    "EDGE",
    "FORMAT_VERSION",
    "MATCH_EDGES",
    "Arrivals",
    "FormatError",
    "Thresholds",
    "check_format",
    "find_edges",
    "fingerprint",
    "place",
    "sort_out",
]
