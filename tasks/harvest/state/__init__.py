"""What harvest remembers between runs, in SQLite or PostgreSQL.

What belongs here: tables, statements and the rows they take and give. What does not: the network and the WARCs.
"""

from tasks.harvest.state.leases import LEASE_SECONDS
from tasks.harvest.state.rows import Found, Host, LeaseLostError, Outcome, Page, Scope, SourceState, key_of, polite_host
from tasks.harvest.state.state import State

__all__ = [
    "LEASE_SECONDS",
    "Found",
    "Host",
    "LeaseLostError",
    "Outcome",
    "Page",
    "Scope",
    "SourceState",
    "State",
    "key_of",
    "polite_host",
]
