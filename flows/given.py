"""Words that a person gave with a secret in them: what may be kept and shown of them, and the way back.

What belongs here: that way back, which is this process's memory alone. What does not: what counts as a secret
(``tasks.values.urls``). Prefect keeps the parameters of every flow run in its database, and shows them.
"""

from __future__ import annotations

from tasks.values.urls import without_secrets

_given: dict[str, str] = {}


def kept_back(word: str) -> str:
    """The word without its secrets, which may be a flow's parameter; ``as_given`` gives the whole of it back."""
    shown = without_secrets(word)
    if shown != word:
        _given[shown] = word
    return shown


def as_given(word: str) -> str:
    """What was given: the word itself, but for one that this process keeps a secret of."""
    return _given.get(word, word)
