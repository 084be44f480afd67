from lxml import etree

from tasks.extraction.body.segments import Segments

BUILT_FROM: str

def segment(root: etree._Element, whole: bool = False) -> Segments | None: ...
