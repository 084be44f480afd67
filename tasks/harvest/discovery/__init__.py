"""What a site itself says of its new pages: feeds, sitemaps, robots.txt and the home page, read from bytes.

What belongs here: bytes in, a ``Listing`` out; pure functions that never touch the network. What does not: fetching
those bytes, politeness, and what has been fetched already (the rest of ``tasks.harvest``).

XML is read by lxml in recovery mode and not by feedparser or ultimate-sitemap-parser. feedparser knows no JSON Feed
and no sitemaps, has no bound on what one feed may hold, and its way through broken XML is a second parser in pure
Python; ultimate-sitemap-parser fetches by itself, which only the harvester may do. One parser for all of them has one
set of limits (``markup``).
"""

from tasks.harvest.discovery.home_pages import feeds_in_page
from tasks.harvest.discovery.listing import DiscoveryError, Entry, Listing
from tasks.harvest.discovery.opml import Subscription, read_opml
from tasks.harvest.discovery.reading import read_listing
from tasks.harvest.discovery.robots import sitemaps_in_robots

__all__ = [
    "DiscoveryError",
    "Entry",
    "Listing",
    "Subscription",
    "feeds_in_page",
    "read_listing",
    "read_opml",
    "sitemaps_in_robots",
]
