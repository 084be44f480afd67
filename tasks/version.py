"""The version of the code: the one place it is written. Light: it is read without importing a stage."""

from importlib.metadata import version

__version__ = "0.1.0"

EXTRACTOR = f"broadsheet {__version__}, trafilatura {version('trafilatura')}"
"""What makes a record: goes into the ``extractor`` column, and decides whether a reject gets a second look."""
