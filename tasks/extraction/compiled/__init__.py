"""The innermost loops of extraction in C, for those who have a compiler: equal to those in Python, and faster.

What belongs here: the walks over the tree (``blocks``, ``marks``, ``page_texts``), which read libxml2's nodes by lxml's
public C API (``nodes.pxd``), make Python objects only for what they find, and give None for a tree that no HTML parser
makes; what is asked of every letter of a page (``texts``); the sum over a table of trees (``chances``). What does not:
rules; the code in Python documents them and is used where these were not built (``setup.py``) or were built for another
lxml.
"""


class NotHtmlError(Exception):
    """A node that no HTML parser makes: the walk in Python must read the tree."""
