"""What stays of a run: its report, what its steps took, its page in the Prefect UI, the logs.

What belongs here: making, reading and clearing them. What does not: showing them in the terminal (``flows.showing``,
``flows.status``).
"""
