"""The text of an article, found in the tree of its page.

What belongs here: from a tree and a few hints to the body text. What does not: title, authors, times
(``structured``, ``fields``) and what kind of page it is (``page_type``).

The page is cut into blocks (``blocks``), each becomes a row of figures (``features``), a table of trees fitted to
pages whose text is known says how likely each is to be the article's (``model.json``), and those that are become text
(``writing``). Where that finds nothing, the text is looked for ``elsewhere``.
"""

from __future__ import annotations

from tasks.extraction.body.extract import Body, BodyHints, extract_body

__all__ = ["Body", "BodyHints", "extract_body"]
