# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The walk of ``tasks.extraction.marks`` in C: the same marks, and Python objects only for the elements that are marked.

What belongs here: which elements and attributes may say something. What does not: what they say, where that takes more
than looking for a few letters: the functions of ``tasks.extraction.marks`` are asked.
"""

from cpython.ref cimport PyObject
from libc.string cimport memset, strchr, strcmp, strlen, strncmp, strstr
cimport lxml.includes.etreepublic as lxml
from lxml.includes.tree cimport xmlAttr, xmlNode

from tasks.extraction.compiled.nodes cimport (
    SOURCES, XML_CDATA, XML_COMMENT, XML_ELEMENT, XML_PI, XML_TEXT, meet_lxml, text_of_bytes, value_of
)

from lxml import etree

from tasks.extraction import mark_rules as rules
from tasks.extraction.compiled import NotHtmlError

meet_lxml()

BUILT_FROM = (<bytes> SOURCES).decode()

cdef int _BYLINE = rules.BYLINE
cdef int _TAG = rules.TAG
cdef int _LINK = rules.LINK
cdef int _DATED = rules.DATED
cdef size_t _LEAST_DATED = rules.LEAST_DATED
cdef dict _HEADING_BITS = rules.HEADING_BITS
cdef object _Marks = rules.Marks
cdef object _put = rules.put
cdef object _kept_by_tag = rules.kept_by_tag
cdef object _of_address = rules.of_address
cdef object _of_attribute = rules.of_attribute

cdef enum:
    SLOTS = 256
    MOST_PARTS = 64

cdef struct Slot:  # a tag that was met
    const char* name
    int bits
    bint is_link
    PyObject* kept  # the list for all of this tag, or NULL; the walk's ``kept`` holds it
    Py_ssize_t count

cdef struct Part:  # of a class attribute that says something
    const char* letters
    size_t length
    int bit

cdef Part _parts[MOST_PARTS]  # those of one first letter after another
cdef int _first[256]  # of each first letter: where its parts begin
cdef int _behind[256]  # and end
cdef list _kept_alive = []


cdef int _read_parts() except -1:
    cdef int count = 0
    cdef bytes letters
    memset(_first, 0, sizeof(_first))
    memset(_behind, 0, sizeof(_behind))
    for letters, bit in sorted((part.encode(), bit) for bit, parts in rules.CLASSES for part in parts):
        if count == MOST_PARTS:
            raise ImportError("more parts of class attributes than there is room for")
        _kept_alive.append(letters)
        _parts[count].letters, _parts[count].length, _parts[count].bit = letters, len(letters), bit
        if not _behind[letters[0]]:
            _first[letters[0]] = count
        count += 1
        _behind[letters[0]] = count
    return 0


_read_parts()


cdef int _of_class(const char* names) noexcept nogil:
    """What a class attribute says: the bits of the parts in it."""
    cdef int bits = 0, place
    cdef unsigned char first
    while names[0]:
        first = names[0]
        for place in range(_first[first], _behind[first]):
            if strncmp(names, _parts[place].letters, _parts[place].length) == 0:
                bits |= _parts[place].bit
        names += 1
    return bits


cdef bint _may_lead_to_people(const char* address) noexcept nogil:
    while True:
        address = strchr(address, c"/")
        if address is NULL:
            return False
        address += 1
        if address[0] == c"p" or (address[0] == c"a" and address[1] == c"u" and address[2] == c"t"):
            return True


cdef size_t _characters(const char* text) noexcept nogil:
    cdef size_t count = 0
    while text[0]:
        count += (<unsigned char> text[0] & 0xC0) != 0x80
        text += 1
    return count


cdef class _Walk:
    cdef Slot slots[SLOTS]
    cdef object counted
    cdef dict kept

    def __cinit__(self):
        memset(self.slots, 0, sizeof(self.slots))

    cdef Slot* slot_of(self, const char* name) except NULL:
        """What is known of a tag. Names are kept once by lxml's dictionary, so that the pointer tells it."""
        cdef Slot* slot = &self.slots[((<size_t> name) * 0x9E3779B1u >> 16) % SLOTS]
        if slot.name is not name:
            self.write_down(slot)
            slot.name, slot.count = name, 0
            tag = text_of_bytes(name)
            slot.bits = _HEADING_BITS.get(tag, 0)
            kept = self.kept.get(tag)
            slot.kept = NULL if kept is None else <PyObject*> kept
            slot.is_link = strcmp(name, b"a") == 0
        return slot

    cdef int write_down(self, Slot* slot) except -1:
        if slot.name is not NULL:
            self.counted[text_of_bytes(slot.name)] += slot.count
        return 0

    cdef int bits_of(self, xmlNode* node, bint is_link) except -1:
        """What the attributes of an element say."""
        cdef int bits = 0
        cdef const char* key
        cdef const char* value
        cdef xmlAttr* attribute = node.properties
        while attribute is not NULL:
            key, value = <const char*> attribute.name, value_of(attribute)
            if value is NULL or attribute.ns is not NULL:
                raise NotHtmlError
            attribute = attribute.next
            if strcmp(key, b"class") == 0:
                bits |= _of_class(value)
            elif strcmp(key, b"href") == 0:
                if is_link:
                    bits |= _LINK
                    if _may_lead_to_people(value):
                        bits |= <int> _of_address(text_of_bytes(value))
            elif strcmp(key, b"id") == 0:
                if strstr(value, b"uthor") is not NULL:
                    bits |= _BYLINE
                if strstr(value, b"tags") is not NULL:
                    bits |= _TAG
            elif (
                strcmp(key, b"itemprop") == 0
                or strcmp(key, b"rel") == 0
                or strcmp(key, b"itemscope") == 0
                or strcmp(key, b"data-testid") == 0
            ):
                bits |= <int> _of_attribute(
                    text_of_bytes(key), text_of_bytes(value), text_of_bytes(<const char*> node.name)
                )
            elif strstr(value, b"datePublished") is not NULL and _characters(value) >= _LEAST_DATED:
                bits |= _DATED
        return bits

    cdef walk(self, lxml._Element root):
        cdef Slot* slot
        cdef int bits
        cdef xmlNode* top = root._c_node
        cdef xmlNode* node = top
        marks = _Marks()
        self.counted, self.kept = marks.tags, _kept_by_tag(marks)
        while True:
            if node.type == XML_ELEMENT:
                if node.ns is not NULL:
                    raise NotHtmlError
                slot = self.slot_of(<const char*> node.name)
                slot.count += 1
                bits = slot.bits
                if node.properties is not NULL:
                    bits |= self.bits_of(node, slot.is_link)
                if slot.kept is not NULL:
                    (<list> slot.kept).append(lxml.elementFactory(root._doc, node))
                if bits & ~_LINK:
                    _put(lxml.elementFactory(root._doc, node), text_of_bytes(slot.name), bits, marks)
                if node.children is not NULL:
                    node = node.children
                    continue
            elif node.type == XML_COMMENT:
                self.counted[etree.Comment] += 1
            elif node.type == XML_PI:
                self.counted[etree.PI] += 1
            elif node.type != XML_TEXT and node.type != XML_CDATA:
                raise NotHtmlError
            while node is not top and node.next is NULL:
                node = node.parent
            if node is top:
                break
            node = node.next
        cdef int place
        for place in range(SLOTS):
            self.write_down(&self.slots[place])
        return marks


def read_marks(lxml._Element tree not None):
    """The marks of a page, as ``tasks.extraction.marks`` has them; None where that walk must read it."""
    try:
        return _Walk().walk(tree)
    except NotHtmlError:
        return None
