# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""A table of symmetric trees asked of many rows in C: no answer is copied on its way to a leaf.

What belongs here: the sum over the trees. What does not: the file of a table (``tasks.extraction.boosted``).
"""

from libc.stdlib cimport free, malloc

cdef extern from *:
    const char* SOURCES  # the checksum of the sources that this was built from, by setup.py

BUILT_FROM = (<bytes> SOURCES).decode()


def add_leaves(
    const float[:, ::1] columns, const long long[::1] asked, const float[::1] above, const long long[:, ::1] place,
    const float[:, ::1] leaves, float[::1] sums,
):
    """Add to each row's sum the leaf of each tree, one tree after the other.

    ``columns``: (columns, rows); ``asked``, ``above``: each question's column and threshold; ``place``: (trees, depth),
    which question a tree asks; ``leaves``: (trees, 2**depth), depth 8 at most.
    """
    cdef Py_ssize_t rows = columns.shape[1], questions = asked.shape[0], trees = place.shape[0]
    cdef Py_ssize_t depth = place.shape[1], tree, row, question, level
    cdef unsigned char* answers = <unsigned char*> malloc(questions * rows)
    cdef unsigned char* at = <unsigned char*> malloc(rows)
    cdef const unsigned char* answer
    cdef const float* column
    cdef const float* leaf
    cdef float* total = &sums[0]
    cdef float threshold
    if depth > 8 or answers is NULL or at is NULL:
        free(answers)
        free(at)
        raise MemoryError
    with nogil:
        for question in range(questions):
            column, threshold = &columns[asked[question], 0], above[question]
            for row in range(rows):
                answers[question * rows + row] = column[row] > threshold
        for tree in range(trees):
            answer = answers + place[tree, 0] * rows
            for row in range(rows):
                at[row] = answer[row]
            for level in range(1, depth):
                answer = answers + place[tree, level] * rows
                for row in range(rows):
                    at[row] = (at[row] << 1) | answer[row]
            leaf = &leaves[tree, 0]
            for row in range(rows):
                total[row] += leaf[at[row]]
    free(answers)
    free(at)
