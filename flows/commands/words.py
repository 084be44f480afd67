"""The words that several commands share, as ``--help`` shows them.

What belongs here: types of single words. What does not: options that belong together (``flows.options``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

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
