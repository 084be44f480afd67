"""What the fork server loads once, so that every worker process starts with it in memory.

What belongs here: imports and models that every shard needs. What does not: work. Nothing here may start a thread:
workers are forked from this process. (Polars starts its threads at the first query, which is why none is run.)
"""

from tasks.normalisation.detection import warm_up
from tasks.shard import work  # noqa: F401 - to be in memory

warm_up()
