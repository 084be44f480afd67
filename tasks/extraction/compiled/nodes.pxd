"""What the compiled walks read of libxml2's nodes, by its own struct fields: no object is made for an element.

What belongs here: attributes, white space, tags remembered by their pointer. What does not: what a walk looks for
(``blocks.pyx``, ``marks.pyx``, ``page_texts.pyx``).
"""

from libc.string cimport strlen
cimport lxml.includes.etreepublic as lxml
from lxml.includes.tree cimport xmlAttr, xmlNode

cdef extern from "libxml/xmlversion.h":
    const char* LIBXML_DOTTED_VERSION

cdef extern from *:
    const char* SOURCES  # the checksum of the sources that this was built from, by setup.py

ctypedef unsigned char uchar


cdef enum:  # types of nodes
    XML_ELEMENT = 1
    XML_TEXT = 3
    XML_CDATA = 4
    XML_PI = 7
    XML_COMMENT = 8


cdef inline int meet_lxml() except -1:
    """Take up lxml's functions. Raises ImportError where lxml or its libxml2 is not the one that this was built for."""
    from lxml import etree

    wanted = (<bytes> lxml.LXML_VERSION_STRING).decode(), (<bytes> LIBXML_DOTTED_VERSION).decode()
    found = etree.__version__, ".".join(map(str, etree.LIBXML_VERSION))
    if found != wanted:
        raise ImportError(f"built for lxml {wanted[0]} with libxml2 {wanted[1]}, and this is {found[0]} with {found[1]}")
    return lxml.import_lxml__etree()


cdef inline const char* value_of(xmlAttr* attribute) noexcept nogil:
    """The value of an attribute as an HTML parser makes it; NULL where it is made of other things than one text."""
    cdef xmlNode* child = attribute.children
    if child is NULL:
        return b""
    if child.next is not NULL or child.type != XML_TEXT:
        return NULL
    if child.content is NULL:
        return b""
    return <const char*> child.content


cdef inline str text_of_bytes(const char* value):
    """UTF-8 as a str. Raises UnicodeDecodeError, as lxml does."""
    return value[: strlen(value)].decode("utf-8")


cdef inline int space_at(const uchar* at) noexcept nogil:
    """How many bytes the white space at a place of UTF-8 has: 0 where there is none. The characters of str.isspace."""
    cdef uchar first = at[0]
    if first <= 0x20:
        return first == 0x20 or 0x09 <= first <= 0x0D or 0x1C <= first <= 0x1F
    if first < 0xC2:
        return 0
    if first == 0xC2:
        return 2 if at[1] == 0x85 or at[1] == 0xA0 else 0
    if first == 0xE1:
        return 3 if at[1] == 0x9A and at[2] == 0x80 else 0
    if first == 0xE2:
        if at[1] == 0x80:
            return 3 if 0x80 <= at[2] <= 0x8A or at[2] == 0xA8 or at[2] == 0xA9 or at[2] == 0xAF else 0
        return 3 if at[1] == 0x81 and at[2] == 0x9F else 0
    if first == 0xE3:
        return 3 if at[1] == 0x80 and at[2] == 0x80 else 0
    return 0
