# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The walks of ``tasks.extraction.visible.texts`` in C, and ``text_of``: Python objects only for what is found.

What belongs here: nothing that the walks in Python do not do; they document the rules, and a test holds both to the
same results. Comments, namespaces and entities, which no tree of ours has, are left to them.
"""

from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.string cimport memcpy, strcmp, strlen, strstr
cimport lxml.includes.etreepublic as lxml
from lxml.includes.tree cimport xmlNode

from tasks.extraction.compiled.nodes cimport (
    SOURCES, XML_CDATA, XML_COMMENT, XML_ELEMENT, XML_PI, XML_TEXT, meet_lxml, space_at, text_of_bytes, uchar
)

from tasks.extraction.compiled import NotHtmlError
from tasks.extraction.plain import plain
from tasks.extraction.visible import text_rules as rules

meet_lxml()

BUILT_FROM = (<bytes> SOURCES).decode()

cdef Py_ssize_t _MAX_STEPS = rules.MAX_STEPS
cdef Py_ssize_t _MAX_TEXTS = rules.MAX_TEXTS
cdef Py_ssize_t _MAX_DATED = rules.MAX_DATED
cdef Py_ssize_t _BEFORE = rules.BEFORE
cdef Py_ssize_t _MAX_LINKS = rules.MAX_LINKS
cdef Py_ssize_t _MAX_LISTED = rules.MAX_LISTED
cdef Py_ssize_t _SHORT = rules.SHORT
cdef Py_ssize_t _FEW_WORDS = rules.FEW_WORDS
cdef object _if_short = rules.if_short
cdef object _plain = plain
cdef object _has_digit = rules.HAS_DIGIT
cdef frozenset _LABELS = rules.LABELS
cdef str _BLANKS = rules.BLANKS
cdef Py_ssize_t _LONGEST_LABEL = max(map(len, rules.LABELS))

cdef enum:
    MAX_PIECE = 400  # characters, as in the rules
    LINK_START = 120  # likewise
    MOST_WORDS = 16
    FIRST_OF_DIGITS = 0xD9  # no digit but those of ASCII begins with a lesser byte in UTF-8

if rules.MAX_PIECE != MAX_PIECE or rules.LINK_START != LINK_START:
    raise ImportError("built for texts of another length")


cdef class _Words:
    """Words in C, kept alive."""
    cdef const char* words[MOST_WORDS]
    cdef Py_ssize_t count
    cdef list kept

    def __init__(self, words):
        self.kept = [word.encode() for word in words]
        self.count = len(self.kept)
        if self.count > MOST_WORDS:
            raise ImportError("more words than there is room for")
        for place in range(self.count):
            self.words[place] = <bytes> self.kept[place]

    cdef bint has(self, const char* name) noexcept:
        cdef Py_ssize_t place
        for place in range(self.count):
            if self.words[place][0] == name[0] and strcmp(self.words[place], name) == 0:
                return True
        return False

    cdef bint stand_in(self, const char* text) noexcept:
        cdef Py_ssize_t place
        for place in range(self.count):
            if strstr(text, self.words[place]) is not NULL:
                return True
        return False


cdef _Words _UNSEEN = _Words(rules.UNSEEN)
cdef _Words _LABELLING = _Words(rules.LABELLING)
cdef _Words _LIST_PARTS = _Words(rules.LIST_PARTS)
cdef _Words _SAYING_WHO = _Words(rules.SAYING_WHO)


cdef inline bint is_text(xmlNode* node) noexcept nogil:
    return node.type == XML_TEXT or node.type == XML_CDATA


cdef inline const char* content(xmlNode* node) noexcept nogil:
    if node.content is NULL:
        return b""
    return <const char*> node.content


cdef inline bint is_blank(const char* text) noexcept nogil:
    cdef const uchar* at = <const uchar*> text
    cdef int length
    while at[0]:
        length = space_at(at)
        if not length:
            return False
        at += length
    return True


cdef inline int length_of(const uchar* at) noexcept nogil:
    """How many bytes the character at a place has."""
    cdef int length = 1
    while length < 4 and (at[length] & 0xC0) == 0x80:
        length += 1
    return length


cdef xmlNode* next_in(xmlNode* node, xmlNode* top) noexcept nogil:
    """The node after this one in the page's order within ``top``; NULL at its end."""
    if node.type == XML_ELEMENT and node.children is not NULL:
        return node.children
    while node is not top:
        if node.next is not NULL:
            return node.next
        node = node.parent
    return NULL


cdef str joined(xmlNode* first):
    """The text that begins with a text node: its own and that of its neighbours."""
    if first.next is NULL or not is_text(first.next):
        return text_of_bytes(content(first))
    parts = []
    while first is not NULL and is_text(first):
        parts.append(text_of_bytes(content(first)))
        first = first.next
    return "".join(parts)


def text_of(lxml._Element element not None):
    """All text in an element, as ``tasks.extraction.tree`` has it; None where that one must read it."""
    cdef xmlNode* top = element._c_node
    cdef xmlNode* node = top.children
    cdef size_t length = 0, part
    cdef char* whole
    cdef char* at
    if top.type != XML_ELEMENT:
        return None
    if node is NULL:
        return ""
    if node.next is NULL and is_text(node):
        return text_of_bytes(content(node))
    while node is not NULL:
        if is_text(node):
            length += strlen(content(node))
        elif node.type != XML_ELEMENT and node.type != XML_COMMENT and node.type != XML_PI:
            return None
        node = next_in(node, top)
    if not length:
        return ""
    whole = at = <char*> PyMem_Malloc(length)
    if whole is NULL:
        raise MemoryError
    node = top.children
    while node is not NULL:
        if is_text(node):
            part = strlen(content(node))
            memcpy(at, content(node), part)
            at += part
        node = next_in(node, top)
    try:
        return PyUnicode_DecodeUTF8(whole, length, NULL)
    finally:
        PyMem_Free(whole)


cdef class _Lines:
    """The texts outwards from a place, until there are enough."""
    cdef lxml._Element origin
    cdef list lines
    cdef Py_ssize_t most, steps

    def __cinit__(self, lxml._Element origin, Py_ssize_t most):
        self.origin, self.most, self.lines, self.steps = origin, most, [], 0

    cdef bint is_full(self) noexcept:
        return self.steps >= _MAX_STEPS or len(self.lines) >= self.most

    cdef int put(self, xmlNode* first, xmlNode* owner) except -1:
        """One step: the text that begins with a node, where it is one. 1: there are enough."""
        cdef uchar line[4 * MAX_PIECE]
        cdef const uchar* at
        cdef int length, written = 0, kept = 0, seen = 0
        cdef bint apart = False, blank = True
        if self.is_full():
            return 1
        self.steps += 1
        while first is not NULL and is_text(first):
            at = <const uchar*> content(first)
            first = first.next
            while at[0] and seen < 2 * MAX_PIECE and kept < MAX_PIECE:
                seen += 1
                length = space_at(at)
                if length:
                    apart = kept > 0
                    at += length
                    continue
                blank = False
                if apart:
                    line[written] = c" "
                    written, kept, apart = written + 1, kept + 1, False
                length = length_of(at)
                if kept < MAX_PIECE:
                    memcpy(&line[written], at, length)
                    written, kept = written + length, kept + 1
                at += length
            blank = blank and is_blank(<const char*> at)
        if not blank:
            text = PyUnicode_DecodeUTF8(<const char*> line, written, NULL)
            self.lines.append((text, lxml.elementFactory(self.origin._doc, owner)))
        return 0

    cdef int forward(self, xmlNode* node, xmlNode* top, bint inside) except -1:
        """What stands in a node and after it, up to the end of ``top``; without ``inside`` only what stands after."""
        cdef xmlNode* child
        while True:
            if inside and (node.ns is not NULL or not _UNSEEN.has(<const char*> node.name)):
                if node.ns is not NULL:
                    raise NotHtmlError
                child = node.children
                if self.put(child, node):
                    return 0
                child = element_from(child)
                if child is not NULL:
                    node = child
                    continue
            while True:
                if node is top or node.parent is NULL or node.parent.type != XML_ELEMENT:
                    return 0
                if self.put(node.next, node.parent):
                    return 0
                child = element_from(node.next)
                if child is not NULL:
                    node, inside = child, True
                    break
                node = node.parent

    cdef int backward(self, xmlNode* node) except -1:
        """What stands before a node, the nearest first."""
        cdef xmlNode* other
        while True:
            while True:  # out of the node, to the one before it
                if node.parent is NULL or node.parent.type != XML_ELEMENT:
                    return 0
                other = element_back_from(node.prev)
                if other is not NULL:
                    break
                if self.put(node.parent.children, node.parent):
                    return 0
                node = node.parent
            if self.put(other.next, other.parent):
                return 0
            node = other
            while True:  # into it, to its end
                if node.ns is not NULL:
                    raise NotHtmlError
                if _UNSEEN.has(<const char*> node.name):
                    break
                other = element_back_from(node.last)
                if other is NULL:
                    if self.put(node.children, node):
                        return 0
                    break
                if self.put(other.next, node):
                    return 0
                node = other


cdef xmlNode* element_from(xmlNode* node) except? NULL:
    """This node or the first behind it that is an element."""
    while node is not NULL and is_text(node):
        node = node.next
    if node is not NULL and node.type != XML_ELEMENT:
        raise NotHtmlError
    return node


cdef xmlNode* element_back_from(xmlNode* node) except? NULL:
    while node is not NULL and is_text(node):
        node = node.prev
    if node is not NULL and node.type != XML_ELEMENT:
        raise NotHtmlError
    return node


def texts_within(lxml._Element root not None, Py_ssize_t most):
    """The first texts in an element; None where the walk in Python must read them."""
    cdef _Lines found = _Lines(root, most)
    try:
        found.forward(root._c_node, root._c_node, True)
    except NotHtmlError:
        return None
    return found.lines


def texts_after(lxml._Element element not None, Py_ssize_t most):
    """The texts after an element; None where the walk in Python must read them."""
    cdef _Lines found = _Lines(element, most)
    try:
        found.forward(element._c_node, NULL, False)
    except NotHtmlError:
        return None
    return found.lines


def texts_before(lxml._Element element not None, Py_ssize_t most):
    """The texts before an element, the nearest first; None where the walk in Python must read them."""
    cdef _Lines found = _Lines(element, most)
    try:
        found.backward(element._c_node)
    except NotHtmlError:
        return None
    return found.lines


cdef bint says_who(xmlNode* first) except -1:
    """Whether the text that begins with a node says who wrote something."""
    cdef str text
    cdef xmlNode* owner = first.parent
    if first.next is NULL or not is_text(first.next):
        if _SAYING_WHO.stand_in(content(first)):
            return True
        if not _LABELLING.has(<const char*> owner.name):
            return False
    text = joined(first)
    return any([words in text for words in rules.SAYING_WHO]) or (
        text.strip(_BLANKS) in _LABELS and _LABELLING.has(<const char*> owner.name)
    )


def texts_saying_who(lxml._Element root not None, Py_ssize_t most):
    """Texts that say who wrote something; None where the walk in Python must read them."""
    cdef list found = []
    cdef xmlNode* top = root._c_node
    cdef xmlNode* node = top
    cdef xmlNode* owner
    while node is not NULL and len(found) < most:
        if is_text(node):
            if (node.prev is NULL or not is_text(node.prev)) and says_who(node):
                text = joined(node)
                owner = node.parent if node.prev is NULL else node.prev
                if text:
                    found.append((text, lxml.elementFactory(root._doc, owner)))
        elif node.type != XML_ELEMENT or node.ns is not NULL:
            return None
        node = next_in(node, top)
    return found


cdef bint is_dated(const char* text) noexcept nogil:
    """Whether a text is short and may have a digit."""
    cdef const uchar* at = <const uchar*> text
    cdef bint digit = False
    cdef Py_ssize_t characters = 0
    while at[0]:
        characters += (at[0] & 0xC0) != 0x80
        if characters > _MAX_DATED:
            return False
        digit = digit or c"0" <= at[0] <= c"9" or at[0] >= FIRST_OF_DIGITS
        at += 1
    return digit


cdef str end_of(const char* text):
    """The last characters of a text."""
    cdef size_t length = strlen(text)
    cdef Py_ssize_t characters = 0
    cdef size_t begin = length
    while begin > 0 and characters < _BEFORE:
        begin -= 1
        characters += (<uchar> text[begin] & 0xC0) != 0x80
    return PyUnicode_DecodeUTF8(text + begin, length - begin, NULL)


def dated_texts(lxml._Element root not None):
    """Short texts with a digit, each with the end of the text before it; None where the walk in Python must read."""
    cdef list found = []
    cdef Py_ssize_t seen = 0
    cdef xmlNode* top = root._c_node
    cdef xmlNode* node = top
    cdef const char* previous = b""
    cdef const char* text
    while node is not NULL and seen < _MAX_TEXTS:
        if is_text(node):
            seen += 1
            text = content(node)
            if not text[0] or not is_blank(text):
                if is_dated(text):
                    line = text_of_bytes(text)
                    if _has_digit(line):
                        found.append((line, end_of(previous)))
                previous = text
        elif node.type != XML_ELEMENT and node.type != XML_COMMENT and node.type != XML_PI:
            return None
        node = next_in(node, top)
    return found


cdef str short_text(lxml._Document document, xmlNode* link):
    """The text of a link where it is a short one; "" for others. Raises NotHtmlError."""
    cdef char line[LINK_START]
    cdef const uchar* at
    cdef xmlNode* node = link.children
    cdef Py_ssize_t seen = 0, words = 0, length = 0
    cdef bint apart = True
    while node is not NULL and seen < LINK_START:
        if is_text(node):
            at = <const uchar*> content(node)
            while at[0] and seen < LINK_START:
                if at[0] >= 0x80 or at[0] == c"&" or at[0] == c"<":  # no text as it stands
                    text = text_of(lxml.elementFactory(document, link))
                    if text is None:
                        raise NotHtmlError
                    return _if_short(_plain(text[:LINK_START]))
                seen += 1
                if space_at(at):
                    apart = True
                else:
                    if apart:
                        words += 1
                        if words > 1:
                            line[length] = c" "
                            length += 1
                    line[length] = at[0]
                    length += 1
                    apart = False
                at += 1
        elif node.type != XML_ELEMENT and node.type != XML_COMMENT and node.type != XML_PI:
            raise NotHtmlError
        node = next_in(node, link)
    return PyUnicode_DecodeUTF8(line, length, NULL) if words <= _FEW_WORDS and length <= _SHORT else ""


def short_lists(lxml._Element tree not None):
    """Lists of few links that all are short: their texts; None where the walk in Python must read them."""
    cdef dict lists = {}
    cdef list links, found
    cdef xmlNode* top = tree._c_node
    cdef xmlNode* node = top
    cdef xmlNode* above
    cdef Py_ssize_t seen = 0
    while node is not NULL and seen < _MAX_LINKS:
        if node.type == XML_ELEMENT:
            if node.ns is not NULL:
                return None
            if node.name[0] == c"a" and node.name[1] == 0:
                seen += 1
                above = node.parent
                if above is not NULL and above.type == XML_ELEMENT and not (above.name[0] == c"p" and above.name[1] == 0):
                    if _LIST_PARTS.has(<const char*> above.name) and above.parent.type == XML_ELEMENT:
                        above = above.parent
                    links = lists.get(<size_t> above)
                    if links is None:
                        links = lists[<size_t> above] = []
                    links.append(<size_t> node)
        node = next_in(node, top)
    found = []
    for group, links in lists.items():
        if len(links) > _MAX_LISTED:
            continue
        texts = []
        for link in links:
            try:
                text = short_text(tree._doc, <xmlNode*> <size_t> link)
            except NotHtmlError:
                return None
            if not text:
                break
            texts.append(text)
        else:
            found.append((lxml.elementFactory(tree._doc, <xmlNode*> <size_t> group), texts))
    return found
