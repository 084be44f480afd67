"""What ``broadsheet status`` shows: the data folder, one run, the sources.

What belongs here: looking, and the words for it. What does not: what a run says of itself (``flows.reporting``).
"""
