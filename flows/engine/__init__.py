"""The flow engine: Prefect's settings, and the API server that a run talks to.

What belongs here: what Prefect is told, which server is used (the one of ``PREFECT_API_URL``, the one that
``broadsheet serve`` runs on this data folder, else one embedded in this run), and its database. What does not: flows.
"""

from flows.engine.start import leave_at_once, start_engine

__all__ = ["leave_at_once", "start_engine"]
