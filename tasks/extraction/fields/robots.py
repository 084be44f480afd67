"""What a page asks of machines: its meta elements, and what came with it.

What belongs here: the union of both. What does not: reading words (``tasks.values.robots``), HTTP headers and the
harvester's notes (``tasks.sources``).
"""

from __future__ import annotations

from tasks.extraction.structured import StructuredData
from tasks.record import Robots
from tasks.values.robots import AI_AGENTS, directives_in, is_reserved, opt_outs_among


def robots_of(structured: StructuredData) -> Robots | None:
    """What the page's own elements ask for; null where they ask for nothing."""
    directives = directives_in(structured.meta.get("robots", ()))
    named = [
        word
        for name in sorted(AI_AGENTS & structured.meta.keys())
        for word in directives_in(structured.meta[name], name)
    ]
    opt_outs = opt_outs_among([*directives, *named])
    if is_reserved(structured.meta.get("tdm-reservation", ())):
        opt_outs.append("tdm-reservation")
    return Robots(directives=directives, ai_opt_outs=opt_outs) if directives or opt_outs else None


def joined(page: Robots | None, beside: Robots | None) -> Robots | None:
    """What the page says and what came with it, as one; each word once, sorted."""
    if page is None or beside is None:
        return page or beside
    return Robots(
        beside.robots_txt or page.robots_txt,
        sorted({*page.directives, *beside.directives}),
        sorted({*page.ai_opt_outs, *beside.ai_opt_outs}),
    )
