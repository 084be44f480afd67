"""The flows of Broadsheet: which task follows which, and the command line that starts them.

What belongs here: Prefect (here and only here), retries, concurrency, artifacts, schedules, and what a person
sees in the terminal. What does not: the work itself (``tasks``). The flows are modules of their own name, what they
are made of lies in rooms: ``ingesting``, ``sources``, ``reporting``, ``showing``, ``status``, ``engine``, ``serving``;
``commands`` starts them. This module and ``flows.__main__`` import
nothing slow, so that ``broadsheet --help`` answers at once and worker processes start without Prefect.
"""
