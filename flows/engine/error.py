"""What can go wrong with the engine and what it serves: each message is one line that says what to do.

What belongs here: the exceptions, apart from what raises them, which is slow to load. What does not: raising them.
"""


class EngineError(Exception):
    """The engine's server did not start."""


class ServingError(Exception):
    """Somebody serves this data folder already."""


class DeploymentsError(Exception):
    """The file of deployments cannot be used."""
