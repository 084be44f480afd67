# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The texts of a page read letter by letter in C: which words may begin a phrase, and how many signs of each kind.

What belongs here: what is asked of every letter. What does not: phrases and what they say: the functions of
``tasks.extraction.body.text_cues`` are asked about the few words that may begin one.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memset

cdef extern from "Python.h":
    int PyUnicode_KIND(object)
    void* PyUnicode_DATA(object)
    Py_UCS4 PyUnicode_READ(int, void*, Py_ssize_t) noexcept nogil
    str PyUnicode_Substring(object, Py_ssize_t, Py_ssize_t)
    str PyUnicode_FromKindAndData(int, const void*, Py_ssize_t)
    bint Py_UNICODE_ISSPACE(Py_UCS4) noexcept nogil

cdef extern from *:
    const char* SOURCES  # the checksum of the sources that this was built from, by setup.py

BUILT_FROM = (<bytes> SOURCES).decode()

cdef enum:
    BITS = 65536
    TABLE = 8192  # bytes: BITS / 8
    LONGEST = 4  # letters of a beginning
    MOST_BREAK = 16384
    BREAKS = 2048  # bytes: MOST_BREAK / 8
    OF_RIGHTS = 0xA9

cdef enum:  # kinds of signs, as figures counts them
    SPACE = 1
    STOP = 2  # a full stop where white space follows
    ALWAYS_STOP = 4
    COMMA = 8
    DIGIT = 16
    UPPER = 32

cdef unsigned char _kinds[128]


cdef int _read_kinds() except -1:
    cdef int code
    for code in range(128):
        sign = chr(code)
        _kinds[code] = (
            (SPACE if sign in " \n" else 0)
            | (STOP if sign in ".!?" else 0)
            | (COMMA if sign == "," else 0)
            | (DIGIT if sign in "0123456789" else 0)
            | (UPPER if "A" <= sign <= "Z" else 0)
        )
    return 0


_read_kinds()


cdef inline unsigned int _mixed(unsigned int hashed, unsigned int sign) noexcept nogil:
    return (hashed ^ sign) * <unsigned int> 16777619


cdef inline unsigned int _place(unsigned int hashed) noexcept nogil:
    return (hashed ^ (hashed >> 16)) % BITS


cdef class Beginnings:
    """The first letters of phrases, four at most, as bits of a table: a word that is not in it begins none."""

    cdef unsigned char table[TABLE]

    def __init__(self, beginnings):
        cdef unsigned int hashed
        cdef str beginning
        memset(self.table, 0, sizeof(self.table))
        for beginning in beginnings:
            if not 0 < len(beginning) <= LONGEST:
                raise ValueError(f"a beginning has 1 to {LONGEST} letters: {beginning!r}")
            hashed = 0
            for sign in beginning:
                hashed = _mixed(hashed, ord(sign))
            hashed = _place(hashed)
            self.table[hashed >> 3] |= 1 << (hashed & 7)

    cdef bint may_begin(self, int kind, void* letters, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
        """Whether the word from ``begin`` to ``end`` may begin as a phrase does."""
        cdef unsigned int hashed = 0, place
        cdef Py_ssize_t at
        for at in range(begin, min(end, begin + LONGEST)):
            hashed = _mixed(hashed, PyUnicode_READ(kind, letters, at))
            place = _place(hashed)
            if (self.table[place >> 3] >> (place & 7)) & 1:
                return True
        return False


cdef class Phrases:
    """What words say, looked up only for those that may begin a phrase.

    ``anywhere``, ``at_start``: what each word says, by first letters known to begin a phrase; null for nothing.
    ``breaks``: signs that are read as white space. ``weighed`` is asked of texts with words that say something, with
    the sign of rights or any sign from ``first_sign`` on, and with two digits where they are shorter than
    ``short_text``; all others say nothing.
    """

    cdef Beginnings anywhere, at_start
    cdef object said_anywhere, said_at_start  # dicts that know how to look up what they lack
    cdef unsigned char breaks[BREAKS]
    cdef Py_UCS4 first_sign
    cdef Py_ssize_t short_text
    cdef object weighed

    def __init__(
        self, said_anywhere, said_at_start, beginnings, str breaks, str first_sign, Py_ssize_t short_text, weighed
    ):
        cdef unsigned int code
        self.anywhere, self.at_start = Beginnings(beginnings[0]), Beginnings(beginnings[1])
        self.said_anywhere, self.said_at_start = said_anywhere, said_at_start
        self.first_sign, self.short_text, self.weighed = ord(first_sign), short_text, weighed
        memset(self.breaks, 0, sizeof(self.breaks))
        for code in range(MOST_BREAK):
            if Py_UNICODE_ISSPACE(code):
                self.breaks[code >> 3] |= 1 << (code & 7)
        for code in map(ord, breaks):
            if code >= MOST_BREAK:
                raise ValueError(f"a sign beyond those that are looked up: {chr(code)!r}")
            self.breaks[code >> 3] |= 1 << (code & 7)

    cdef inline bint is_break(self, Py_UCS4 sign) noexcept nogil:
        cdef unsigned int code = sign
        if code < MOST_BREAK:
            return (self.breaks[code >> 3] >> (code & 7)) & 1
        return Py_UNICODE_ISSPACE(sign)

    def bits(self, list shown, str joined, str apart):
        """The cues of each text; None where ``joined``, in lower case, ``apart`` between, holds another number."""
        cdef Py_UCS4* words = <Py_UCS4*> malloc((len(joined) + 2) * sizeof(Py_UCS4))
        if words is NULL:
            raise MemoryError
        try:
            return self._bits(shown, joined, ord(apart), words)
        finally:
            free(words)

    cdef list _bits(self, list shown, str joined, Py_UCS4 between, Py_UCS4* words):
        """``words``: room for the words of the text that is being read, a blank before, between and behind them."""
        cdef int kind = PyUnicode_KIND(joined)
        cdef void* letters = PyUnicode_DATA(joined)
        cdef Py_ssize_t length = len(joined), at, word = -1, text = 0, count = len(shown), written = 1
        cdef Py_UCS4 sign
        cdef bint is_first = True, digits = False, signs = False, was_digit = False
        cdef list bits = [0] * count
        cdef list said = []
        cdef object first = None, of_word
        words[0] = 0x20
        for at in range(length + 1):
            sign = between if at == length else PyUnicode_READ(kind, letters, at)
            if sign != between and not self.is_break(sign):
                if word < 0:
                    word = at
                words[written] = sign
                written += 1
                if 0x30 <= sign <= 0x39:
                    digits = digits or was_digit
                    was_digit = True
                else:
                    was_digit = False
                    if sign == OF_RIGHTS or sign >= self.first_sign:
                        signs = True
                continue
            was_digit = False
            if word >= 0:
                if is_first and self.at_start.may_begin(kind, letters, word, at):
                    first = self.said_at_start[PyUnicode_Substring(joined, word, at)]
                if self.anywhere.may_begin(kind, letters, word, at):
                    of_word = self.said_anywhere[PyUnicode_Substring(joined, word, at)]
                    if of_word is not None:
                        said.append(of_word)
                is_first = False
                word = -1
                words[written] = 0x20
                written += 1
            if sign != between:
                continue
            if text == count:
                return None
            if said or first is not None or signs or digits and len(<str> shown[text]) < self.short_text:
                padded = PyUnicode_FromKindAndData(sizeof(Py_UCS4), words, written)
                bits[text] = self.weighed(shown[text], padded, said, first)
                if said:
                    said = []
                first = None
            is_first, digits, signs = True, False, False
            text += 1
            written = 1
        return bits if text == count else None


def count_signs(str joined, const long long[::1] begins, float[:, ::1] counts):
    """Counts of signs in each text, the texts one after another in ``joined`` from ``begins`` on.

    Rows of ``counts``: white space, letters of scripts without it, ends of sentences, commas, digits, capitals, and
    capitals that begin a word.
    """
    cdef int kind = PyUnicode_KIND(joined)
    cdef void* letters = PyUnicode_DATA(joined)
    cdef Py_ssize_t length = len(joined), at, text, end
    cdef Py_UCS4 sign, behind
    cdef int bits
    cdef int spaces, unspaced, stops, commas, digits, capitals, words
    cdef bint after_space
    for text in range(begins.shape[0]):
        end = begins[text + 1] if text + 1 < begins.shape[0] else length
        spaces = unspaced = stops = commas = digits = capitals = words = 0
        after_space = True
        for at in range(begins[text], end):
            sign = PyUnicode_READ(kind, letters, at)
            if sign < 128:
                bits = _kinds[sign]
            elif sign < 0x600:
                bits = UPPER if 0xC0 <= sign <= 0xDE or 0x410 <= sign <= 0x42F else 0
            else:
                bits = 0
                if 0x2E80 <= sign < 0xD7B0 or 0x0E00 <= sign < 0x1000:
                    unspaced += 1
                if sign == 0x3002 or sign == 0xFF01 or sign == 0xFF1F or sign == 0x0964:
                    bits = ALWAYS_STOP
                elif sign == 0xFF0C or sign == 0x3001 or sign == 0x060C:
                    bits = COMMA
            if bits == 0:
                after_space = False
                continue
            if bits & SPACE:
                spaces += 1
                after_space = True
                continue
            if bits & UPPER:
                capitals += 1
                words += after_space
            elif bits & STOP:
                if at + 1 == length:
                    stops += 1
                else:
                    behind = PyUnicode_READ(kind, letters, at + 1)
                    stops += behind == 0x20 or behind == 0x0A
            elif bits & DIGIT:
                digits += 1
            elif bits & COMMA:
                commas += 1
            elif bits & ALWAYS_STOP:
                stops += 1
            after_space = False
        counts[0, text] = spaces
        counts[1, text] = unspaced
        counts[2, text] = stops
        counts[3, text] = commas
        counts[4, text] = digits
        counts[5, text] = capitals
        counts[6, text] = words
