"""The command line: its commands and their words, and which failures become one line.

What belongs here: from words to typed options, and the calls. What does not: the flows, and what they show
(``flows.showing``, ``flows.status``).
"""
