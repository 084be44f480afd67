"""Pages that come as flattened text: one value a line, without markup.

What belongs here: from those lines to a record (``extract``), and from lines to paragraphs (``paragraphs``). What does
not: finding such pages in an input (``tasks.sources``).
"""
