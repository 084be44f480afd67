"""The log of a data folder: what Prefect and we say of a run, without secrets.

What belongs here: the file, its lines, what is kept out of them. What does not: what a person sees meanwhile
(``flows.showing.display``).
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
from pathlib import Path

from flows.showing.terminal import printable
from tasks.values.urls import without_secrets

_SECRET_NAME = re.compile(
    r"SECRET|TOKEN|PASSWORD|PASSWD|ACCESS_KEY|API_KEY|ACCOUNT_KEY|STORAGE_KEY|SAS_KEY|AUTH_STRING|CONNECTION_STRING"
    r"|CREDENTIAL",
    re.IGNORECASE,
)
# The secret parts of a connection string, which a driver may say alone.
_SECRET_PART = re.compile(
    r"(?:^|;)\s*(?:AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=([^;]+)", re.IGNORECASE
)
_LEAST_LENGTH = 6  # a shorter one would black out half the log


def log_to(log_file: Path) -> None:
    """Send the log of Prefect and ours to a file, in place of the one before."""
    # Prefect sets its logging up when it is imported: the file is added after that.
    handler = QuietHandler(log_file, encoding="utf-8")
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, QuietHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    logging.raiseExceptions = False  # a line that cannot be logged is no news on the terminal: the run goes on
    for name in ("prefect", "broadsheet"):
        logging.getLogger(name).setLevel(logging.INFO)


class QuietHandler(logging.handlers.WatchedFileHandler):
    """A log that cannot be written (a full disk) is not what the run fails of, and no traceback on the terminal.

    A removal puts another file in the place of the log: a process that lives on writes into that one, for it looks
    before each line.

    Prefect sets up logging once more when the first flow starts, and then takes away handlers of the root whose class
    begins with an underscore: that kept our log empty.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, into the file that has the log's name now."""
        try:
            super().emit(record)
        except OSError:  # it cannot be opened again
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say nothing: what the run itself cannot write, it says."""


class DiscreetFormatter(logging.Formatter):
    """Takes out of a line what the environment calls a secret, and the secrets in URLs; a terminal obeys nothing in it.

    The drivers of object storage and databases write keys and connection strings when they are asked to be talkative.
    """

    def __init__(self, form: str) -> None:
        super().__init__(form)
        values = {value for name, value in os.environ.items() if _SECRET_NAME.search(name)}
        values |= {part for value in values for part in _SECRET_PART.findall(value)}
        # The longer first: where one secret is the beginning of another, the rest of that one would be left standing.
        self._secrets = sorted((value for value in values if len(value) >= _LEAST_LENGTH), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback under it."""
        text = without_secrets(super().format(record))
        for secret in self._secrets:
            text = text.replace(secret, "***")
        # What strangers wrote may begin no line, and no terminal that shows the log obeys it.
        return printable(text).replace("\n", "\n    ")
