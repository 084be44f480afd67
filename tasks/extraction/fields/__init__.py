"""The fields of a record but its text: each chosen among what the page declares and shows.

What belongs here: the choice for each field in a module of its own (``merge`` puts them together), from one reading of
the page (``view``). What does not: reading declarations (``structured``) and what readers see (``visible``), the text
(``body``), and how single values are written (``tasks.values``).
"""
