from lxml import etree

from tasks.extraction.mark_rules import Marks

BUILT_FROM: str

def read_marks(tree: etree._Element) -> Marks | None: ...
