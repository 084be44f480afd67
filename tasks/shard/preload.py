"""What the fork server loads once, so that every worker process starts with it in memory.

What belongs here: imports and models that every shard needs. What does not: work. Nothing here may start a thread:
workers are forked from this process. (Polars starts its threads at the first query, which is why none is run.)
"""

from __future__ import annotations

import gc


def _load() -> None:
    from tasks.normalisation.detection import warm_up
    from tasks.shard import work  # noqa: F401 - to be in memory
    from tasks.values.urls import domain_of

    warm_up()
    domain_of("www.example.com")  # reads the list of public suffixes


# Loading makes no garbage worth looking for. What is loaded stays: were workers to look through it for garbage, each
# would have a copy of all of it; so a worker takes a third less system time.
gc.disable()
try:
    _load()
finally:
    gc.enable()
    gc.freeze()
    # A page makes and drops thousands of lists without a circle: to look for one every 700 takes a hundredth of all.
    gc.set_threshold(10_000)
