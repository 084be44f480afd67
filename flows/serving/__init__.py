"""``broadsheet serve``: the deployments of ``prefect.yaml``, run by the clock on this machine.

What belongs here: reading the deployments, catching up after downtime, the process that serves. What does not: the
flows (``flows.scheduled``) and the server's process (``flows.engine``).
"""
