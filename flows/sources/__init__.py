"""Declared sources: what harvest takes of them, what a run reads of what it fetched, and which of them work.

What belongs here: the way between the declarations and the other rooms. What does not: declarations themselves
(``tasks.sources.declared``), fetching (``tasks.harvest``) and how each source stands (``flows.status``).
"""
