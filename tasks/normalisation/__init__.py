"""Records become rows of the dataset: clean text, canonical URLs, instants, names, languages, ids.

What belongs here: everything that turns an extracted value into the value of a column, frame to frame:
``normalise`` (``stage``), the frame that it takes (``extracted``), the rules that its rows must keep
(``checked``) and one module a kind of column. What does not: how single values are written on pages
(``tasks.values``), and what other pages decide about a row (``tasks.deduplication``).
"""

from tasks.normalisation.checked import Normalised
from tasks.normalisation.extracted import EXTRACTED, records_frame
from tasks.normalisation.stage import normalise

__all__ = ["EXTRACTED", "Normalised", "normalise", "records_frame"]
