"""What kind of page it is: an article, or one of the others.

What belongs here: the signs (``signs``), the table of trees fitted to them (``model.json``) and the choice
(``classify``). What does not: how the table was fitted (``bench/body_model.py``).
"""
