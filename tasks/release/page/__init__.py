"""The page to look at: index.html of a release, and releases/index.html over all of them.

What belongs here: what stands on the two pages, their markup, style and scripts, and the libraries that draw the
charts (``assets/vendor``). What does not: the figures themselves (``tasks.release.quality``, ``changes``) and the order
in which a release is made (``documents``).

Both are single files that load nothing: they work from ``file://`` and from any static host. The same release gives
the same bytes.
"""

from tasks.release.page.release_page import PAGE, write_page
from tasks.release.page.releases_page import write_releases_page

__all__ = ["PAGE", "write_page", "write_releases_page"]
