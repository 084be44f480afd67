"""How to load a release, ready to copy: the same words in the data card and on the page.

What belongs here: one example a tool. Those in Python are run by a test, from inside a release.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A tool and the lines that load the articles with it."""

    tool: str
    language: str
    code: str


EXAMPLES = (
    Example(
        "DuckDB",
        "sql",
        "SELECT domain, count(*) AS articles\nFROM 'articles/*.parquet'\n"
        "GROUP BY domain ORDER BY articles DESC, domain;",
    ),
    Example(
        "Polars",
        "python",
        'import polars as pl\n\narticles = pl.scan_parquet("articles/*.parquet")\n'
        'print(articles.group_by("language").len().collect())',
    ),
    Example(
        "pandas",
        "python",
        "import pandas as pd\n\n"
        'articles = pd.read_parquet("articles", columns=["headline", "domain", "published_at"])\n'
        "print(articles.describe())",
    ),
    Example(
        "PyArrow",
        "python",
        'import pyarrow.dataset as ds\n\narticles = ds.dataset("articles")\n'
        'print(articles.schema.field("published_at").metadata)  # what the column means\n'
        "print(articles.head(5))",
    ),
    Example(
        "Hugging Face datasets",
        "python",
        "import os\nfrom datasets import load_dataset\n\n"
        'articles = load_dataset(os.getcwd(), "articles", split="train")  # or the path of the folder\n'
        "print(articles)",
    ),
    Example(
        "Spark",
        "python",
        'articles = spark.read.parquet("articles")\narticles.groupBy("domain").count().show()',
    ),
    Example(
        "R",
        "r",
        "library(arrow)\nlibrary(dplyr)\n\nopen_dataset('articles') |> count(domain, sort = TRUE) |> collect()",
    ),
)


def loading() -> str:
    """The examples in Markdown. Paths are from inside the release's folder."""
    parts = [f"{example.tool}:\n\n```{example.language}\n{example.code}\n```" for example in EXAMPLES]
    return "\n\n".join(["From inside the folder of the release:", *parts])
