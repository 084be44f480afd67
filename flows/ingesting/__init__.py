"""The stages of ``ingest``: what a run reads, its shards, the comparison with what is known, the commit.

What belongs here: the order of their steps, and Prefect's tasks. What does not: the flow (``flows.ingest``), and the
work itself (``tasks``).
"""
