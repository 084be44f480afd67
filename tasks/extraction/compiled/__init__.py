"""The two walks over the whole tree in C, for those who have a compiler: equal to the walks in Python, and faster.

What belongs here: walks that make no Python object for an element. Each reads libxml2's nodes by lxml's public C API
(``nodes.pxd``) and gives None for a tree that no HTML parser makes. What does not: rules; the walks in Python document
them and are used where these were not built (``setup.py``) or were built for another lxml.
"""


class NotHtmlError(Exception):
    """A node that no HTML parser makes: the walk in Python must read the tree."""
