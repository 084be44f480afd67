"""Paragraph breaks put back into a body that was flattened into one line.

What belongs here: where one paragraph ran into the next. What does not: which line is the body (``flat_text``).
Only white space is ever added, so not one word can be lost. In doubt nothing is split: a missed break leaves two
paragraphs in one, a wrong one cuts a word in two.
"""

from __future__ import annotations

import re
import unicodedata

_ENDS = ".!?…؟۔।։"
_CLOSERS = "»”’\"')]"
_OPENERS = '«“„‘"(['
_CJK_GLUE = re.compile(r"(?<![。！？])[。！？]+(?![」』”’）》〉\])。！？\s])")
_CJK_OPEN, _CJK_CLOSE = "「『“（《", "」』”）》"
# Lengths are bounded: a hostile line of one long word would cost its length squared.
_LINK = re.compile(r"(?:https?://|www\.)\S{1,2000}|[\w.+-]{1,64}@[\w.-]{1,255}", re.I)
_WORD = re.compile(r"[^\W\d_]{1,60}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = _words(
    "vs mr mrs ms dr prof st no nr inc ltd co corp jr sr gen col lt sgt sen rep gov hon rev capt cmdr adm mme mlle mgr "
    "sra sres art vol fig ed cf al bzw ca str dott sig ing av bd г ул им тел стр св"
)
_DOMAINS = _words("com org net info edu gov js ts py exe html php")
_STARTERS = _words(
    "a an the in on at by for from with after before as when while it its he she they we this that these those there "
    "but and if since during under according to what who why how no not all one some many more most his her their "
    "le la les l un une des du de d au aux en dans sur pour par avec après avant depuis selon il elle ils elles on ce "
    "cet cette ces mais et si plus comme lors alors ainsi pourtant quand que qui à c n s j "
    "el los las una unos en por para con según tras desde él ella este esta pero y si como cuando no se lo su al "
    "der die das ein eine einen dem den im in am auf mit nach vor seit bei für von zu er sie es wir aber und wenn als "
    "auch wie was nicht laut il lo gli i uno nel nella dal della per con dopo ma o os as um uma no na nos nas com "
    "в на по с к о у за из от до при как это он она они мы но и если что для после не так то"
)
_NAME_PREFIXES = _words("mc mac o de da di du la le van von fitz al el st")
_MIXED_CASE = _words(
    "youtube linkedin whatsapp facetime paypal tiktok buzzfeed github gitlab javascript typescript playstation "
    "openai deepmind macbook airbnb snapchat wordpress powerpoint airpods watchos nbcuniversal hubspot doordash "
    "mastercard unicredit bytedance wechat livejournal fedex postgresql mongodb blackrock coinbase spacex airbus "
    "sharepoint onedrive onlyfans quickbooks photoshop indesign blackberry verisign techcrunch usatoday"
)
_HEADING_CHARS = 150


def restore_paragraphs(body: str) -> str:
    """The body with a blank line wherever a sentence or a heading runs into the next capital without a space.

    In scripts without capitals: wherever a sentence's end runs into the next letter. Line ends of the body count as
    breaks already.
    """
    paragraphs: list[str] = []
    for line in body.splitlines():
        paragraphs += _split(line)
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _split(line: str) -> list[str]:
    links = [found.span() for found in _LINK.finditer(line)]
    words = [word.casefold() for word in _WORD.findall(line)]
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    cjk = {found.end() for found in _CJK_GLUE.finditer(line) if found.end() < len(line)}
    parts: list[str] = []
    start = depth = link = 0
    sentence_over = False  # a sentence ended in this part: what follows can be no heading
    for at in range(1, len(line)):
        char, before = line[at], line[at - 1]
        depth = max(0, depth + (before in _CJK_OPEN) - (before in _CJK_CLOSE))
        while link < len(links) and links[link][1] <= at:
            link += 1
        if link < len(links) and links[link][0] < at < links[link][1]:
            continue
        if char.isspace():
            sentence_over = sentence_over or before in _ENDS
            continue
        if at in cjk:
            glued = depth == 0
        elif at - 1 > start and _is_letter_start(line, start, at):
            glued = _ends_sentence(line, at) or _ends_heading(line, start, at, counts, sentence_over)
        else:
            continue
        if glued:
            parts.append(line[start:at].strip())
            start, depth, sentence_over = at, 0, False  # a bracket is left open at most up to its paragraph's end
    parts.append(line[start:].strip())
    return parts


def _is_letter_start(line: str, start: int, at: int) -> bool:
    """Whether a word of a new paragraph may begin here: a capital or a caseless letter, an opening quote before it."""
    char = line[at]
    if char in _OPENERS and at + 1 < len(line):
        if char == '"' and line.count(char, start, at) % 2:
            return False  # it closes
        return line[at - 1] in _ENDS + "»”" and (line[at + 1].isupper() or _is_caseless(line[at + 1]))
    return char.isupper() or _is_caseless(char)


def _is_caseless(char: str) -> bool:
    return unicodedata.category(char) == "Lo"


def _ends_sentence(line: str, at: int) -> bool:
    """Whether a sentence ends right before ``at``, and this is no abbreviation, initial or domain name."""
    end = at
    while end and line[end - 1] in _CLOSERS:
        end -= 1
    if not end or line[end - 1] not in _ENDS:
        return False
    quoted = end < at
    stop = end
    while end and line[end - 1] == ".":
        end -= 1
    if stop - end != 1 or quoted:
        return True  # another mark than a full stop, an ellipsis, or a quote's end: no abbreviation looks so
    word = re.search(r"[^\W_]+$", line[max(0, end - 60) : end])
    if not word:
        return bool(end and line[end - 1] in '%»”)]"€$£')
    initial = len(word[0]) == 1 and not word[0].isdigit()  # U.S.Army, J.Smith
    after = _WORD.match(line, at)
    is_domain = bool(after and after[0].casefold() in _DOMAINS)
    return not (initial or is_domain or word[0].casefold() in _ABBREVIATIONS)


def _ends_heading(line: str, start: int, at: int, counts: dict[str, int], sentence_over: bool) -> bool:
    """Whether a heading, or a paragraph without a full stop, ends right before the capital at ``at``."""
    before = line[at - 1]
    right = _WORD.match(line, at)
    if not right or not line[at].isupper() or (len(right[0]) > 1 and not right[0][1].islower()):
        return False
    inner = next((i for i, char in enumerate(right[0]) if i and char.isupper()), len(right[0]))
    next_word = right[0][:inner].casefold()
    starter = next_word in _STARTERS
    at_heading = not sentence_over and 3 <= at - start <= _HEADING_CHARS and " " in line[start:at].strip()
    left = re.search(r"[^\W\d_]+$", line[max(0, at - 60) : at])
    if not left:
        return (before.isdigit() or before in "»”)") and at_heading and starter
    whole = (left[0] + right[0]).casefold()
    if whole in _MIXED_CASE or counts.get(whole, 0) > 1 or left[0].casefold() in _NAME_PREFIXES:
        return False
    if before.isupper():
        return len(left[0]) > 2 and at_heading and starter and inner > 1
    known = starter or counts.get(next_word, 0) > 0
    if left[0].islower():
        # iPhone, eBay, macOS: a word that begins small and has a capital inside is short before it.
        return len(left[0]) >= 6 or (len(left[0]) >= 4 and (known or at_heading))
    return at_heading and known and len(left[0]) >= 3
