"""The tree cut into blocks: runs of text between block-level tags, each knowing where it stands.

What belongs here: one walk over the tree that gives blocks and the containers they stand in (``segments``).
What does not: which blocks are the article's (``features``, ``model.json``) and how they are written (``writing``).

The walk is a loop (a page may nest 10,000 deep) and looks at each element once. Where the compiled walk was built, it
does the same in a fraction of the time (on 698 pages a quarter); the one in Python is its reference.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from tasks.extraction.body.class_cues import CLASS_BIT, class_bits
from tasks.extraction.body.segments import ALT_LENGTH, MAX_BLOCKS, MAX_CHARS, MAX_ELEMENTS, Block, Segments
from tasks.extraction.body.tags import BLOCK, FLAG_BIT, IN_LINK, NAVIGATION, OF_ONE_RUN, SKIPPED, TELLING, flag_of
from tasks.loops import is_built

compiled: Callable[[etree._Element, bool], Segments | None] | None = None
"""The walk in C, where it was built for the lxml that is here."""
if is_built("blocks"):
    from tasks.extraction.compiled.blocks import segment as _in_c

    compiled = _in_c

_LINK, _STRONG, _CUES, _BLOCK = 1, 2, 4, 8  # states of an open element


class _Walk:
    """The state of one walk: the open containers, and the run of text that is being read."""

    def __init__(self) -> None:
        self.out = Segments()
        self.left = MAX_CHARS
        self.stack: list[tuple[int, str, int]] = [(-1, "", 0)]  # container, tag, flags
        self.pieces: list[str] = []
        self.link_depth = self.strong_depth = self.pre_depth = self.images = 0
        self.inline_cues: list[int] = []
        self.reset()

    def reset(self) -> None:
        self.pieces.clear()
        self.link_chars = self.links = self.strong_chars = self.cues = 0
        self.broken = False  # the last thing read was a br
        self.breaks = False

    def text(self, text: str) -> None:
        if text.isspace():
            self.pieces.append(text if self.pre_depth else " ")
            return
        self.broken = False
        self.pieces.append(text)
        if self.link_depth:
            self.link_chars += len(text)
        if self.strong_depth:
            self.strong_chars += len(text)
        for cues in self.inline_cues:
            self.cues |= cues

    def line_break(self) -> None:
        """One br breaks the line, two begin a new paragraph."""
        if self.broken and not self.pre_depth:
            self.flush()
        elif self.pieces:
            self.pieces.append("\n" if self.pre_depth else "\v")
            self.broken = self.breaks = True

    def flush(self) -> None:
        raw = "".join(self.pieces)
        if self.pre_depth:
            text = raw.strip("\n").rstrip()
        elif self.breaks:
            text = "\n".join(filter(None, (" ".join(line.split()) for line in raw.split("\v"))))
        else:
            text = " ".join(raw.split())
        text = text.removesuffix(" |")
        text = text[: self.left]
        if text and len(self.out.blocks) < MAX_BLOCKS:
            self.left -= len(text)
            container, tag, flags = self.stack[-1]
            heading = int(tag[1]) if len(tag) == 2 and tag[1] in "123456" else 0
            self.out.blocks.append(
                Block(
                    text, tag, container, flags | (IN_LINK if self.link_depth else 0), self.cues, self.link_chars,
                    self.links, self.strong_chars, self.images, heading,
                )
            )  # fmt: skip
            self.images = 0
        self.reset()

    def finished(self) -> Segments:
        """What was read; elements are still open where there was too much to read."""
        self.flush()
        for container, _, _ in self.stack[1:]:
            self.out.end[container] = len(self.out.end)
        return self.out

    def open_block(self, tag: str, element: etree._Element) -> None:
        if tag in {"td", "th"}:
            if self.pieces:
                self.pieces.append(" | ")  # the cells of a row are one paragraph, unless they hold blocks
        elif self.pieces:
            self.flush()
        else:
            self.links = 0  # of the link that this block is in: the block's flags say so
        out = self.out
        parent, _, flags = self.stack[-1]
        flags |= FLAG_BIT.get(tag, 0)
        cues, names = 0, ""
        for key in element.keys():  # noqa: SIM118 (an element iterates over its children)
            if key == "class":
                names = element.get(key, "")
                cues |= class_bits(names)
            elif key == "id":
                cues |= class_bits(element.get(key, ""))
            elif key in TELLING:
                flags |= flag_of(key, element.get(key, ""))
        container = len(out.parent)
        out.parent.append(parent)
        out.cues.append(cues if tag not in {"body", "html"} else 0)
        out.depth.append(len(self.stack))
        out.end.append(0)
        out.kind.append((tag, names))
        self.stack.append((container, tag, flags))
        if tag == "pre":
            self.pre_depth += 1

    def close_block(self, tag: str) -> None:
        if not self.pieces:
            self.links = 0
        elif tag not in {"td", "th"}:
            self.flush()
        if tag == "pre":
            self.pre_depth -= 1
        self.out.end[self.stack.pop()[0]] = len(self.out.end)

    def open_inline(self, tag: str, element: etree._Element) -> int:
        state = 0
        if tag == "a":
            state = _LINK
            self.link_depth += 1
            self.links += 1
        elif tag in {"b", "strong"}:
            state = _STRONG
            self.strong_depth += 1
        elif tag == "img":
            self.images += 1
            alt = element.get("alt")
            if alt and len(alt) >= ALT_LENGTH:
                self.out.alts.append(alt)
        names = element.get("class")
        cues = class_bits(names) if names else 0
        if cues:
            state |= _CUES
            self.inline_cues.append(cues)
        return state

    def close_inline(self, state: int) -> None:
        if state & _LINK:
            self.link_depth -= 1
        if state & _STRONG:
            self.strong_depth -= 1
        if state & _CUES:
            self.inline_cues.pop()


def _is_navigation(element: etree._Element) -> bool:
    """Whether an element is for finding one's way, and holds no text: a tag left open may swallow an article."""
    if element.tag == "ul":
        names = f"{element.get('class', '')} {element.get('id', '')}"
        if not class_bits(names) & CLASS_BIT["nav"]:
            return False
    return next(element.iter("p", "h1", "article", "blockquote"), None) is None


def segment(root: etree._Element, *, whole: bool = False) -> Segments:
    """The blocks of a tree, in order; ``whole``: the root too, where it is one of SKIPPED.

    Never raises on a tree that lxml gives; reads at most MAX_ELEMENTS.
    """
    found = None if compiled is None else compiled(root, whole)
    return segment_in_python(root, whole=whole) if found is None else found


def segment_in_python(root: etree._Element, *, whole: bool = False) -> Segments:
    """What ``segment`` gives, by the walk that documents its rules."""
    walk = _Walk()
    opened: list[int] = []  # what each open element is
    pieces = walk.pieces
    events = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    seen = 0
    for event, element in events:
        if event == "start":
            tag = element.tag
            seen += 1
            if seen > MAX_ELEMENTS:
                break
            if (tag in SKIPPED and not (whole and element is root)) or (tag in NAVIGATION and _is_navigation(element)):
                events.skip_subtree()
                opened.append(0)
                continue
            if tag == "br":
                walk.line_break()
                opened.append(0)
                continue
            # An element of the page's own making is a block, except inside a paragraph.
            if tag in BLOCK or element is root or ("-" in tag and walk.stack[-1][1] not in OF_ONE_RUN):
                walk.open_block(tag, element)
                opened.append(_BLOCK)
            else:
                opened.append(walk.open_inline(tag, element))
            text = element.text
        else:
            if event == "end":
                state = opened.pop()
                if state == _BLOCK:
                    walk.close_block(element.tag)
                elif state:
                    walk.close_inline(state)
            text = element.tail if element is not root else None
        if text and (pieces or not text.isspace()):
            walk.text(text)
    return walk.finished()
