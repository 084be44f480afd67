"""From declared feeds, sitemaps and URL lists to WARCs.

What belongs here: finding pages (``discovery``) and fetching them politely and safely. What does not: reading the
WARCs (``tasks.sources``) and what is on the pages (``tasks.extraction``).
"""

from tasks.harvest.counts import RESULTS, HarvestCounts, SourceCounts
from tasks.harvest.harvest import HarvestSettings, harvest
from tasks.harvest.source import HarvestError, HarvestSource

__all__ = ["RESULTS", "HarvestCounts", "HarvestError", "HarvestSettings", "HarvestSource", "SourceCounts", "harvest"]
