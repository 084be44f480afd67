"""What a person sees in the terminal while a run works and at its end.

What belongs here: the display and the words. What does not: what a run keeps of itself (``flows.reporting``) and
``broadsheet status`` (``flows.status``).
"""
