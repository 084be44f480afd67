"""robots.txt: what a site asks of crawlers, and what it says to machines that learn.

What belongs here: the verdict on one URL, the delay a site asks for, opt-outs from training. What does not: fetching
the file (``visits``) and its Sitemap lines (``discovery``).

As RFC 9309 has it: no file (4xx) allows everything, a file that cannot be had (5xx, no connection) allows nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from protego import Protego

from tasks.harvest.client import Response
from tasks.values.robots import AI_AGENTS

Verdict = Literal["rules", "absent", "unreachable"]
MAX_CHARACTERS = 500_000
"""RFC 9309 asks for 500 KiB at least; what comes after is not read."""
KEEP_SECONDS = 86_400.0
"""How long a file counts, at most, by RFC 9309."""
UNREACHABLE_SECONDS = 1_800.0
"""How long a file that could not be had is not asked for again."""
MOST_DELAY = 300.0
_AGENT_LINE = re.compile(r"^[ \t]*user-?agent[ \t]*:[ \t]*([^\s#]+)", re.IGNORECASE | re.MULTILINE)
_NO_AI = re.compile(r"\b(noai|noimageai|notrain|tdm-reservation)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Robots:
    """One site's robots.txt: whether there is one, and its text."""

    verdict: Verdict
    text: str = ""

    @cached_property
    def _rules(self) -> Protego:
        return Protego.parse(self.text)

    def allows(self, url: str, agent: str) -> bool:
        """Whether a crawler may ask for the URL."""
        if self.verdict == "rules":
            return bool(self._rules.can_fetch(url, agent))
        return self.verdict == "absent"

    def delay(self, agent: str) -> float:
        """Seconds between two requests that the site asks for (Crawl-delay, Request-rate); 0 where it does not."""
        if self.verdict != "rules":
            return 0.0
        rate = self._rules.request_rate(agent)
        asked = [self._rules.crawl_delay(agent) or 0.0, rate.seconds / max(rate.requests, 1) if rate else 0.0]
        return min(max(float(value) for value in asked), MOST_DELAY)

    def opt_outs(self, url: str) -> list[str]:
        """The agents of those who train models that robots.txt names and keeps from the URL, as ``robots:NAME``."""
        if self.verdict != "rules":
            return []
        named = self._named & AI_AGENTS
        return sorted(f"robots:{agent}" for agent in named if not self._rules.can_fetch(url, agent))

    @cached_property
    def _named(self) -> set[str]:
        return {match[1].lower() for match in _AGENT_LINE.finditer(self.text)}


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.netloc}".lower()


def header_opt_outs(response: Response) -> list[str]:
    """What a response's headers say to machines that learn: ``noai`` and the like, ``tdm-reservation``."""
    found = {match.lower() for value in response.all_headers("X-Robots-Tag") for match in _NO_AI.findall(value)}
    if (response.header("TDM-Reservation") or "").strip() == "1":
        found.add("tdm-reservation")
    return sorted(found)


def robots_of(response: Response, body: bytes) -> Robots:
    """The verdict of a whole response that is no redirect."""
    if response.status == 200:
        return Robots("rules", body[: 4 * MAX_CHARACTERS].decode("utf-8", "replace")[:MAX_CHARACTERS])
    if 400 <= response.status < 500 and response.status != 429:
        return Robots("absent")
    return Robots("unreachable")
