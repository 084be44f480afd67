# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The walk of ``tasks.extraction.body.blocks`` in C: the same blocks, in a fraction of the time.

What belongs here: nothing that the walk in Python does not do; it documents the rules, and a test holds both to the
same results. Text stays UTF-8 until a block is whole; only what becomes output turns into Python objects. Whatever an
HTML parser does not make (namespaces, entities, attributes in parts) is left to the walk in Python.
"""

from cpython.mem cimport PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.ref cimport PyObject
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memcpy, memset, strcmp, strlen
cimport lxml.includes.etreepublic as lxml
from lxml.includes.tree cimport xmlAttr, xmlNode

from tasks.extraction.compiled.nodes cimport (
    SOURCES, XML_CDATA, XML_COMMENT, XML_ELEMENT, XML_PI, XML_TEXT, meet_lxml, space_at, text_of_bytes, uchar, value_of
)

from tasks.extraction.body import class_cues, segments, tags
from tasks.extraction.compiled import NotHtmlError

meet_lxml()

BUILT_FROM = (<bytes> SOURCES).decode()

cdef object _Block = segments.Block
cdef object _Segments = segments.Segments
cdef Py_ssize_t _MAX_ELEMENTS = segments.MAX_ELEMENTS
cdef Py_ssize_t _MAX_BLOCKS = segments.MAX_BLOCKS
cdef Py_ssize_t _MAX_CHARS = segments.MAX_CHARS
cdef Py_ssize_t _ALT_LENGTH = segments.ALT_LENGTH
cdef long long _IN_LINK = tags.IN_LINK
cdef long long _NAV_CUE = class_cues.CLASS_BIT["nav"]
cdef object _word_bits = class_cues.word_bits
cdef frozenset _FIRST_HALVES = class_cues.FIRST_HALVES
cdef object _flag_of = tags.flag_of
cdef frozenset _TELLING = tags.TELLING

cdef enum:  # what a tag is
    SKIPPED = 1
    NAVIGATION = 2
    BREAK = 4
    BLOCK = 8
    ONE_RUN = 16
    OWN_MAKING = 32
    CELL = 64
    PRE = 128
    LINK = 256
    STRONG = 512
    IMAGE = 1024
    LIST = 2048
    UNCUED = 4096
    OF_ARTICLE = 8192

cdef enum:
    SLOTS = 256
    MOST_KEPT = 16384  # class attributes whose cues are remembered, and words of them
    LONGEST = 300  # characters of a class attribute that are looked at


cdef class _Tag:
    """What the walk asks of a tag, found once a page for each name."""

    cdef str name
    cdef int what
    cdef int heading
    cdef long long flags

    def __init__(self, str name):
        self.name = name
        self.flags = tags.FLAG_BIT.get(name, 0)
        self.heading = int(name[1]) if len(name) == 2 and name[1] in "123456" else 0
        self.what = (
            (SKIPPED if name in tags.SKIPPED else 0)
            | (NAVIGATION if name in tags.NAVIGATION else 0)
            | (BREAK if name == "br" else 0)
            | (BLOCK if name in tags.BLOCK else 0)
            | (ONE_RUN if name in tags.OF_ONE_RUN else 0)
            | (OWN_MAKING if "-" in name else 0)
            | (CELL if name in {"td", "th"} else 0)
            | (PRE if name == "pre" else 0)
            | (LINK if name == "a" else 0)
            | (STRONG if name in {"b", "strong"} else 0)
            | (IMAGE if name == "img" else 0)
            | (LIST if name == "ul" else 0)
            | (UNCUED if name in {"body", "html"} else 0)
            | (OF_ARTICLE if name in {"p", "h1", "article", "blockquote"} else 0)
        )


cdef dict _known_tags = {name: _Tag(name) for name in tags.BLOCK | tags.SKIPPED | frozenset("a b i em br img span".split())}
cdef dict _kept = {}  # class attribute -> its cues
cdef dict _kept_words = {}  # word of one -> its cues, and FIRST_HALF
cdef long long FIRST_HALF = 1 << 62


cdef inline bint _is_capital(Py_UCS4 sign) noexcept:
    return 65 <= sign <= 90


cdef inline bint _is_small(Py_UCS4 sign) noexcept:
    return 97 <= sign <= 122


cdef long long _cues_of_word(str word) except? -1:
    cdef object bits = _kept_words.get(word)
    if bits is None:
        bits = _word_bits(word) | (FIRST_HALF if word in _FIRST_HALVES else 0)
        if len(_kept_words) >= MOST_KEPT:
            _kept_words.clear()
        _kept_words[word] = bits
    return bits


cdef long long _read_cues(str names) except? -1:
    """The cues in the words of a class attribute: runs of letters, cut where camel case begins a word."""
    cdef Py_ssize_t at = 0, begin, end = min(len(names), LONGEST)
    cdef long long cues = 0, before = 0, own
    cdef str word, last = ""
    while at < end:
        begin = at
        while at < end and _is_capital(names[at]):
            at += 1
        if at < end and _is_small(names[at]):
            if at - begin > 1:
                at -= 1  # a word of capitals; the last of them begins the next word
            else:
                while at < end and _is_small(names[at]):
                    at += 1
        elif at == begin:
            at += 1
            continue
        word = names[begin:at].lower()
        own = _cues_of_word(word)
        if before & FIRST_HALF:
            own |= _cues_of_word(f"{last}-{word}") & ~FIRST_HALF
        cues |= own
        before, last = own, word
    return cues & ~FIRST_HALF


cdef long long _cues_of(str names) except? -1:
    cdef object bits = _kept.get(names)
    if bits is None:
        bits = _read_cues(names)
        if len(names) <= LONGEST:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            _kept[names] = bits
    return bits


cdef struct Slot:
    const char* name
    PyObject* tag

cdef struct Container:  # an open block
    Py_ssize_t index
    PyObject* tag
    long long flags

cdef struct Inline:  # an open element: what it changed
    int state
    long long cues  # of the open inline elements, this one included


cdef enum:  # states of an open element
    NOTHING = 0
    IN_LINK = 1
    IN_STRONG = 2
    IN_BLOCK = 8


cdef class _Walk:
    cdef Slot slots[SLOTS]
    cdef dict tags
    # The run of text that is being read.
    cdef char* run
    cdef Py_ssize_t length
    cdef Py_ssize_t room
    cdef bint broken
    cdef bint breaks
    cdef Py_ssize_t link_chars, links, strong_chars, images
    cdef long long cues
    # What is open.
    cdef Container* stack
    cdef Py_ssize_t height, stack_room
    cdef Inline* opened
    cdef Py_ssize_t depth, opened_room
    cdef Py_ssize_t link_depth, strong_depth, pre_depth
    # What was read.
    cdef Py_ssize_t left
    cdef list blocks, parent, own_cues, depths, end, kind, alts

    def __cinit__(self):
        self.room, self.stack_room, self.opened_room = 4096, 64, 64
        self.run = <char*> PyMem_Malloc(self.room)
        self.stack = <Container*> PyMem_Malloc(self.stack_room * sizeof(Container))
        self.opened = <Inline*> PyMem_Malloc(self.opened_room * sizeof(Inline))
        if self.run is NULL or self.stack is NULL or self.opened is NULL:
            raise MemoryError
        memset(self.slots, 0, sizeof(self.slots))
        self.tags = {}
        self.blocks, self.parent, self.own_cues, self.depths = [], [], [], []
        self.end, self.kind, self.alts = [], [], []
        self.left = _MAX_CHARS
        self.images = self.link_depth = self.strong_depth = self.pre_depth = 0
        self.height = self.depth = 0
        self.reset()

    def __dealloc__(self):
        PyMem_Free(self.run)
        PyMem_Free(self.stack)
        PyMem_Free(self.opened)

    cdef void reset(self) noexcept:
        self.length = self.link_chars = self.links = self.strong_chars = 0
        self.cues = 0
        self.broken = self.breaks = False

    cdef _Tag tag_of(self, xmlNode* node):
        """The tag of an element. Names are kept once by lxml's dictionary, so that the pointer tells it."""
        cdef Slot* slot = &self.slots[((<size_t> node.name) * 0x9E3779B1u >> 16) % SLOTS]
        cdef _Tag tag
        if slot.name is <const char*> node.name:
            return <_Tag> slot.tag
        cdef str name = text_of_bytes(<const char*> node.name)
        found = _known_tags.get(name)
        if found is None:
            found = self.tags.get(name)
        if found is None:
            found = self.tags[name] = _Tag(name)
        tag = found
        slot.name, slot.tag = <const char*> node.name, <PyObject*> tag
        return tag

    cdef int put(self, const char* text, Py_ssize_t length) except -1:
        cdef char* larger
        if self.length + length + 1 > self.room:
            larger = <char*> PyMem_Realloc(self.run, 2 * (self.length + length + 1))
            if larger is NULL:
                raise MemoryError
            self.run, self.room = larger, 2 * (self.length + length + 1)
        memcpy(self.run + self.length, text, length)
        self.length += length
        return 0

    cdef xmlNode* text(self, xmlNode* first) except? NULL:
        """Read the text nodes from one on, which are one text; the node after them."""
        cdef xmlNode* node = first
        cdef const uchar* at
        cdef int width
        cdef bint blank = True, empty = True
        cdef Py_ssize_t chars = 0
        while node is not NULL and (node.type == XML_TEXT or node.type == XML_CDATA):
            at = <const uchar*> node.content
            if blank and at is not NULL:
                while at[0]:
                    empty = False
                    width = space_at(at)
                    if not width:
                        blank = False
                        break
                    at += width
            node = node.next
        cdef xmlNode* after = node
        if empty or (blank and not self.length):
            return after
        if blank and not self.pre_depth:
            self.put(b" ", 1)
            return after
        node = first
        while node is not after:
            if node.content is not NULL:
                at = <const uchar*> node.content
                if self.link_depth or self.strong_depth:
                    while at[0]:
                        chars += (at[0] & 0xC0) != 0x80
                        at += 1
                self.put(<const char*> node.content, strlen(<const char*> node.content))
            node = node.next
        if blank:
            return after
        self.broken = False
        if self.link_depth:
            self.link_chars += chars
        if self.strong_depth:
            self.strong_chars += chars
        self.cues |= self.opened[self.depth - 1].cues
        return after

    cdef int line_break(self) except -1:
        if self.broken and not self.pre_depth:
            self.flush()
        elif self.length:
            self.put(b"\n" if self.pre_depth else b"\v", 1)
            self.broken = self.breaks = True
        return 0

    cdef str written(self):
        """The run as the text of a block."""
        cdef str raw
        cdef uchar* at
        cdef uchar* out
        cdef int width
        cdef bint apart = False
        if self.pre_depth:
            raw = PyUnicode_DecodeUTF8(self.run, self.length, NULL)
            return raw.strip("\n").rstrip()
        if self.breaks:
            raw = PyUnicode_DecodeUTF8(self.run, self.length, NULL)
            return "\n".join(filter(None, [" ".join(line.split()) for line in raw.split("\v")]))
        self.run[self.length] = 0  # put leaves room for it
        at = out = <uchar*> self.run
        while at[0]:
            width = space_at(at)
            if width:
                apart = True
                at += width
                continue
            if apart and out is not <uchar*> self.run:
                out[0] = 0x20
                out += 1
            apart = False
            out[0] = at[0]
            out += 1
            at += 1
        return PyUnicode_DecodeUTF8(self.run, <char*> out - self.run, NULL)

    cdef int flush(self) except -1:
        cdef str text
        cdef Container* top
        cdef _Tag tag
        if self.length:
            text = self.written()
            if text.endswith(" |"):
                text = text[: len(text) - 2]
            if len(text) > self.left:
                text = text[: self.left]
            if text and len(self.blocks) < _MAX_BLOCKS:
                self.left -= len(text)
                top = &self.stack[self.height - 1]
                tag = <_Tag> top.tag
                self.blocks.append(
                    _Block(
                        text, tag.name, top.index, top.flags | (_IN_LINK if self.link_depth else 0), self.cues,
                        self.link_chars, self.links, self.strong_chars, self.images, tag.heading,
                    )
                )
                self.images = 0
        self.reset()
        return 0

    cdef int open_block(self, _Tag tag, xmlNode* node) except -1:
        cdef Container* larger
        cdef Container* top
        cdef xmlAttr* attribute
        cdef const char* key
        cdef long long cues = 0, flags
        cdef str names = "", value, name
        if tag.what & CELL:
            if self.length:
                self.put(b" | ", 3)
        elif self.length:
            self.flush()
        else:
            self.links = 0
        flags = self.stack[self.height - 1].flags | tag.flags
        attribute = node.properties
        while attribute is not NULL:
            key = <const char*> attribute.name
            if key[0] == c"c":
                if strcmp(key, b"class") == 0:
                    names = self.value(attribute)
                    cues |= _cues_of(names)
            elif key[0] == c"i" and strcmp(key, b"id") == 0:
                cues |= _cues_of(self.value(attribute))
            elif key[0] == c"r" or key[0] == c"i" or key[0] == c"h" or key[0] == c"a" or key[0] == c"s":
                name = text_of_bytes(key)
                if name in _TELLING:
                    flags |= <long long> _flag_of(name, self.value(attribute))
            attribute = attribute.next
        if self.height == self.stack_room:
            larger = <Container*> PyMem_Realloc(self.stack, 2 * self.stack_room * sizeof(Container))
            if larger is NULL:
                raise MemoryError
            self.stack, self.stack_room = larger, 2 * self.stack_room
        cdef Py_ssize_t container = len(self.parent)
        self.parent.append(self.stack[self.height - 1].index)
        self.own_cues.append(0 if tag.what & UNCUED else cues)
        self.depths.append(self.height)
        self.end.append(0)
        self.kind.append((tag.name, names))
        top = &self.stack[self.height]
        top.index, top.tag, top.flags = container, <PyObject*> tag, flags
        self.height += 1
        if tag.what & PRE:
            self.pre_depth += 1
        return 0

    cdef int close_block(self, _Tag tag) except -1:
        if not self.length:
            self.links = 0
        elif not tag.what & CELL:
            self.flush()
        if tag.what & PRE:
            self.pre_depth -= 1
        self.height -= 1
        self.end[self.stack[self.height].index] = len(self.end)
        return 0

    cdef int open_inline(self, _Tag tag, xmlNode* node, long long* cues) except -1:
        cdef int state = NOTHING
        cdef xmlAttr* attribute
        cdef str value
        if tag.what & LINK:
            state = IN_LINK
            self.link_depth += 1
            self.links += 1
        elif tag.what & STRONG:
            state = IN_STRONG
            self.strong_depth += 1
        elif tag.what & IMAGE:
            self.images += 1
        attribute = node.properties
        while attribute is not NULL:
            if strcmp(<const char*> attribute.name, b"class") == 0:
                cues[0] |= _cues_of(self.value(attribute))
            elif tag.what & IMAGE and strcmp(<const char*> attribute.name, b"alt") == 0:
                value = self.value(attribute)
                if len(value) >= _ALT_LENGTH:
                    self.alts.append(value)
            attribute = attribute.next
        return state

    cdef str value(self, xmlAttr* attribute):
        cdef const char* value = value_of(attribute)
        if value is NULL or attribute.ns is not NULL:
            raise NotHtmlError
        return text_of_bytes(value)

    cdef bint is_navigation(self, _Tag tag, xmlNode* node) except -1:
        cdef xmlAttr* attribute
        cdef str names = "", ids = ""
        if tag.what & LIST:
            attribute = node.properties
            while attribute is not NULL:
                if strcmp(<const char*> attribute.name, b"class") == 0:
                    names = self.value(attribute)
                elif strcmp(<const char*> attribute.name, b"id") == 0:
                    ids = self.value(attribute)
                attribute = attribute.next
            if not _cues_of(f"{names} {ids}") & _NAV_CUE:
                return False
        cdef xmlNode* at = node
        while True:
            if at.type == XML_ELEMENT and self.tag_of(at).what & OF_ARTICLE:
                return False
            if at.type == XML_ELEMENT and at.children is not NULL:
                at = at.children
                continue
            while at.next is NULL or at is node:
                if at is node:
                    return True
                at = at.parent
            at = at.next

    cdef int begin(self, xmlNode* node, bint is_root, bint whole) except -1:
        """Open an element; what of it is read: 0 nothing, 1 its children but not the text before them, 2 all."""
        cdef _Tag tag = self.tag_of(node)
        cdef Inline* larger
        cdef int state = NOTHING, read = 2
        cdef long long cues = self.opened[self.depth - 1].cues if self.depth else 0
        if node.ns is not NULL:
            raise NotHtmlError
        if (tag.what & SKIPPED and not (whole and is_root)) or (
            tag.what & NAVIGATION and self.is_navigation(tag, node)
        ):
            read = 0
        elif tag.what & BREAK:
            self.line_break()
            read = 1
        elif (
            tag.what & BLOCK
            or is_root
            or (tag.what & OWN_MAKING and not (<_Tag> self.stack[self.height - 1].tag).what & ONE_RUN)
        ):
            self.open_block(tag, node)
            state = IN_BLOCK
        else:
            state = self.open_inline(tag, node, &cues)
        if self.depth == self.opened_room:
            larger = <Inline*> PyMem_Realloc(self.opened, 2 * self.opened_room * sizeof(Inline))
            if larger is NULL:
                raise MemoryError
            self.opened, self.opened_room = larger, 2 * self.opened_room
        self.opened[self.depth].state, self.opened[self.depth].cues = state, cues
        self.depth += 1
        return read

    cdef int finish(self, xmlNode* node) except -1:
        self.depth -= 1
        cdef int state = self.opened[self.depth].state
        if state == IN_BLOCK:
            self.close_block(self.tag_of(node))
        elif state == IN_LINK:
            self.link_depth -= 1
        elif state == IN_STRONG:
            self.strong_depth -= 1
        return 0

    cdef int walk(self, xmlNode* root, bint whole) except -1:
        cdef _Tag outside = _Tag("")
        cdef xmlNode* node = root
        cdef xmlNode* child
        cdef Py_ssize_t seen = 0
        cdef int read
        self.stack[0].index, self.stack[0].tag, self.stack[0].flags = -1, <PyObject*> outside, 0
        self.height = 1
        while seen < _MAX_ELEMENTS:
            seen += 1
            read = self.begin(node, node is root, whole)
            child = node.children if read else NULL
            if read == 1:
                while child is not NULL and (child.type == XML_TEXT or child.type == XML_CDATA):
                    child = child.next
            while True:
                while child is not NULL and child.type != XML_ELEMENT:
                    if child.type == XML_TEXT or child.type == XML_CDATA:
                        child = self.text(child)
                    elif child.type == XML_COMMENT or child.type == XML_PI:
                        child = child.next
                    else:
                        raise NotHtmlError
                if child is not NULL:
                    node = child
                    break
                self.finish(node)
                if node is root:
                    self.flush()
                    return 0
                child, node = node.next, node.parent
        self.flush()
        for index in range(1, self.height):
            self.end[self.stack[index].index] = len(self.end)
        return 0


def segment(lxml._Element root not None, bint whole=False):
    """The blocks of a tree, as ``tasks.extraction.body.blocks`` has them; None where that walk must read it."""
    cdef _Walk walk = _Walk()
    try:
        walk.walk(root._c_node, whole)
    except NotHtmlError:
        return None
    return _Segments(
        walk.blocks, walk.parent, walk.own_cues, walk.depths, walk.end, walk.kind, walk.alts
    )
