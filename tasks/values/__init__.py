"""How single values are written on news pages: dates, bylines, keywords, language tags, URLs, text.

What belongs here: functions of one value, with no frame, no page tree and no state, that more than one
stage may call. What does not: columns of values (``tasks.normalisation``) and where on a page a value
is found (``tasks.extraction``).
"""
