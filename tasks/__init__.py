"""The work of Broadsheet: plain functions, one package or module a stage.

What belongs here: everything that touches pages, records, frames, the store or a release.
What does not: orchestration, retries, schedules and the command line (those are in ``flows``).
Nothing here imports Prefect, so every function runs alike in a worker, a notebook and a test.

Stages (``sources``, ``extraction``, ``normalisation``, ``deduplication``, ``store``, ``release``)
do not import one another. What they share is ``schema`` (tables and reject reasons), ``page`` and
``record`` (what one stage hands the next) and ``values`` (how single values are written on news
pages: dates, bylines, keywords, language tags, URLs). ``shard`` alone joins the first three stages:
it is what one worker process does.
"""
