"""A record out of a flattened text dump: a page's schema.org values read out in document order, one a line.

What belongs here: telling by shape and order what each line is. What does not: paragraph breaks inside the body
(``paragraphs``), and the meaning of dates, names and languages (``tasks.values``, ``tasks.normalisation``).

The dumps name no field. What a line is follows from its shape (a time, a locale, a size, a name with a portrait) and,
for plain words, from where it stands: the headline comes first and often twice, the longest line is the body, short
lines before the body are subjects, the comma-joined line repeats them, and the section stands with the locale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import urlsplit

from tasks.extraction.flat_text.paragraphs import restore_paragraphs
from tasks.extraction.tree import as_utf8
from tasks.page import Page, RejectError
from tasks.record import Author, Image, Publisher, Record

_URL = re.compile(r"https?://\S+", re.I)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?", re.I)
_LOCALE = re.compile(r"[a-z]{2,3}[_-](?:[A-Z][a-z]{3}[_-])?[A-Z]{2}")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SIZE = re.compile(r"(\d{2,5})\s(\d{2,5})(?:\s(?:true|false))?", re.I)
_FLAG = re.compile(r"true|false|null|none|\d{1,4}", re.I)
_XPATH = re.compile(r"/html/|/@\w+|//\w+\[|meta\[@|\btext\(\)")
_NAME_AND_URL = re.compile(r"(\S.{0,118}?\S)\s+(https?://\S+)", re.I)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?:\+\d[\d ()/.-]{5,20}\d|\d{7,15}|\(\d{2,5}\)[\d -]{5,15}\d)(?!\w)")
_TRAILING_SIZE = re.compile(r"(?<!\s)(?:\s+\d{1,5}\s+\d{1,5}(?:\s+(?:true|false))?){1,20}$", re.I)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg)\b|/ima?ge?s?/", re.I)
_COMMA = re.compile(r"[,،、，;；]")
_SENTENCE_END = re.compile(r"[.!?…؟。！？।]['\"»”’)\]」』]*$")

_LABEL_CHARS = 60
"""A subject or a section: longer lines of plain words are sentences."""
_BODY_CHARS = 120
"""Shorter text is no body. In Chinese and Japanese, where a character says as much as half a word, a third of it."""


class _Lines:
    """The dump's lines sorted by shape. Plain lines keep their place, so that order can tell them apart."""

    def __init__(self, lines: list[str], page_url: str) -> None:
        self.plain: list[tuple[int, str]] = []
        self.times: list[tuple[int, str]] = []
        self.urls: list[str] = []
        self.named: list[tuple[str, str]] = []
        self.contacts: list[str] = []
        self.sizes: list[tuple[int, int]] = []
        self.locales: list[tuple[int, str]] = []
        self.years: list[tuple[int, str]] = []
        for place, line in enumerate(lines):
            self._sort(place, line, page_url)

    def _sort(self, place: int, line: str, page_url: str) -> None:
        size = _SIZE.fullmatch(line)
        named = _NAME_AND_URL.fullmatch(line)
        if _URL.fullmatch(line):
            if line != page_url and line not in self.urls:
                self.urls.append(line)
        elif _TIME.fullmatch(line):
            self.times.append((place, line))
        elif _LOCALE.fullmatch(line):
            self.locales.append((place, line))
        elif _YEAR.fullmatch(line):
            self.years.append((place, line))
        elif size:
            self.sizes.append((int(size[1]), int(size[2])))
        elif len(line) <= 2 * _BODY_CHARS and (_EMAIL.search(line) or (_PHONE.search(line) and not _is_sentence(line))):
            if line not in self.contacts:
                self.contacts.append(line)
        elif named and not _is_sentence(named[1]):
            if (named[1], named[2]) not in self.named:
                self.named.append((named[1], named[2]))
        elif not (_FLAG.fullmatch(line) or (len(line) < 500 and _XPATH.search(line))):
            self.plain.append((place, line))


def extract_flat_text(page: Page) -> Record:
    """The record in a flattened text dump (``page.kind`` is ``flat-text``). Absent parts stay empty.

    Every filled field's source is ``flat-text``. Raises :class:`RejectError` with ``no_content`` where no line is
    long enough for a body, and ``binary`` where the bytes are no text.
    """
    text = as_utf8(page.payload, page.http_charset).decode("utf-8", "replace")
    lines = [line.strip() for line in re.split(r"\r\n|[\r\n\u2028\u2029]", text)]
    lines = [line for line in lines if line]
    if lines and _URL.fullmatch(lines[0]):
        lines = lines[1:]
    sorted_lines = _Lines(lines, page.url)
    record = Record(page_type="article", page_type_evidence="a flattened text dump of one article")
    body, rest = _take_body(sorted_lines)
    record.text = restore_paragraphs(body)
    rest = _take_headline(record, rest, sorted_lines)
    _take_labels(record, rest, sorted_lines)
    _take_times(record, [line for _, line in sorted_lines.times])
    _take_people(record, sorted_lines)
    record.images = _images(sorted_lines)
    if sorted_lines.locales:
        record.language_declared = sorted_lines.locales[0][1]
    if sorted_lines.years:
        record.copyright_year = int(sorted_lines.years[0][1])
    record.field_sources = dict.fromkeys(_filled(record), "flat-text")
    return record


def _take_body(lines: _Lines) -> tuple[str, list[tuple[int, str]]]:
    """The longest plain line, with the sentences that follow it line by line; and the other plain lines."""
    if not lines.plain:
        raise RejectError("no_content", "the dump holds no line of text")
    index = max(range(len(lines.plain)), key=lambda at: len(lines.plain[at][1]))
    place, longest = lines.plain[index]
    least = _BODY_CHARS // 3 if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", longest) else _BODY_CHARS
    if len(longest) < least:
        raise RejectError("no_content", f"the longest line of text has {len(longest)} characters")
    stop = index + 1
    while (
        stop < len(lines.plain)
        and lines.plain[stop][0] == place + stop - index
        and len(lines.plain[stop][1]) > _LABEL_CHARS
        and _SENTENCE_END.search(lines.plain[stop][1])
    ):
        stop += 1
    body = [line for _, line in lines.plain[index:stop]]
    others = [(at, line) for at, line in lines.plain if line not in body]
    return "\n".join(body), [(at - place, line) for at, line in others]


def _take_headline(record: Record, rest: list[tuple[int, str]], lines: _Lines) -> list[tuple[int, str]]:
    """Fill headline, its variants and the description; give back the lines left, places counted from the body."""
    ahead = [line for at, line in rest if at < 0]
    texts = [line for _, line in rest]
    twice = next((line for line, following in pairwise(texts) if line == following), None)
    record.headline = twice if twice in ahead[:4] else next(iter(ahead), None)
    if record.headline is None:
        sentences = [line for line in texts if len(line) > _LABEL_CHARS // 2 and not _is_list(line)]
        record.headline = next(iter(sentences), None)
    left = [(at, line) for at, line in rest if line != record.headline]
    long_lines = [line for _, line in left if _is_sentence(line)]
    record.description = max(long_lines, key=len, default=None)
    if record.description is None and lines.times:
        # One short line between the headline and the first time is a short description: subjects come after.
        first_time = lines.times[0][0]
        before = [
            line for place, line in lines.plain if place < first_time and line not in (record.headline, *_body(record))
        ]
        record.description = before[0] if len(before) == 1 and before[0] in [line for _, line in left] else None
    record.alternative_headlines = list(dict.fromkeys(line for line in long_lines if line != record.description))
    taken = {record.description, *record.alternative_headlines}
    return [(at, line) for at, line in left if line not in taken]


def _take_labels(record: Record, rest: list[tuple[int, str]], lines: _Lines) -> None:
    """Fill keywords, section and authors without portrait from the short lines."""
    joined = [line for _, line in rest if _is_list(line)]
    listed = [item for line in joined for item in map(str.strip, _COMMA.split(line)) if item]
    labels = [(at, line) for at, line in rest if line not in joined]
    subjects = [line for at, line in labels if at < 0]
    known = {word.casefold() for word in [*subjects, *listed]}
    behind = [line for at, line in labels if at > 0 and line.casefold() not in known]
    locale = lines.locales[0][0] if lines.locales else None
    at_locale = next((line for place, line in lines.plain if locale is not None and place == locale - 1), None)
    if at_locale is not None and at_locale in [line for _, line in labels]:
        record.section = at_locale
        subjects = [line for line in subjects if line != at_locale]
    elif behind:
        record.section = behind[-1]
    year = lines.years[0][0] if lines.years else None
    after_year = next((line for place, line in lines.plain if year is not None and place == year + 1), None)
    if after_year in behind and after_year != record.section and not lines.named:
        record.authors = [Author(after_year)]
    authors = {author.name for author in record.authors}
    others = [line for line in behind if line != record.section and line not in authors]
    record.keywords = _unique([*subjects, *listed, *others])


def _take_times(record: Record, times: list[str]) -> None:
    """The earliest time is the publication; of two or more, the latest is the modification."""
    read = [(instant, raw) for raw in times if (instant := _instant(raw)) is not None]
    if read:
        record.published_raw = min(read, key=lambda found: found[0])[1]
    if len(read) > 1:
        record.modified_raw = max(read, key=lambda found: found[0])[1]


def _take_people(record: Record, lines: _Lines) -> None:
    """Fill the publisher from lines with an e-mail address or a telephone number, authors from names with a URL."""
    publisher = Publisher()
    for line in lines.contacts:
        _read_contact(publisher, line)
    for name, url in lines.named:
        if name == publisher.name:
            publisher.logo_url = publisher.logo_url or url
        elif name not in [author.name for author in record.authors]:
            image, link = (url, None) if _is_image(url) else (None, url)
            record.authors.append(Author(name, url=link, image_url=image))
    for url in lines.urls:
        if not _is_image(url) and urlsplit(url).path in ("", "/"):
            publisher.url = publisher.url or url
    record.publisher = publisher if publisher != Publisher() else None


def _read_contact(publisher: Publisher, line: str) -> None:
    """Name, e-mail, telephone, legal name and the logo's size, in a line; the name stands before the first of them."""
    email, phone, url = _EMAIL.search(line), _PHONE.search(line), _URL.search(line)
    spans = sorted(found.span() for found in (email, phone, url) if found)
    publisher.email = publisher.email or (email[0] if email else None)
    publisher.telephone = publisher.telephone or (phone[0].strip() if phone else None)
    if url and _is_image(url[0]):
        publisher.logo_url = publisher.logo_url or url[0]
    name = line[: spans[0][0]].strip(" ,;|")
    legal = _TRAILING_SIZE.sub("", " " + line[spans[-1][1] :]).strip(" ,;|")
    publisher.name = publisher.name or name or legal or None
    if legal and legal != publisher.name:
        publisher.legal_name = publisher.legal_name or legal


def _images(lines: _Lines) -> list[Image]:
    """The picture's URL in each of its sizes; where sizes and URLs do not pair, the URLs alone. In the dump's order."""
    urls = [url for url in lines.urls if _is_image(url)]
    sizes = list(dict.fromkeys(lines.sizes))
    if len(urls) == 1 and sizes:
        return [Image(urls[0], width, height) for width, height in sizes]
    if len(urls) == len(lines.sizes):
        return [Image(url, *size) for url, size in zip(urls, lines.sizes, strict=True)]
    return [Image(url) for url in urls]


def _filled(record: Record) -> Iterable[str]:
    skipped = ("field_sources", "page_type", "page_type_evidence")
    return [name for name in Record.__dataclass_fields__ if name not in skipped and getattr(record, name)]


def _body(record: Record) -> list[str]:
    return (record.text or "").split("\n\n")


def _is_sentence(line: str) -> bool:
    return (len(line) > _LABEL_CHARS and not _is_list(line)) or bool(_SENTENCE_END.search(line) and " " in line)


def _is_list(line: str) -> bool:
    """Whether the line is labels joined by commas: two or more, each short, and no sentence's end behind them."""
    items = [item for item in map(str.strip, _COMMA.split(line)) if item]
    if len(items) < 2 or _SENTENCE_END.search(line):
        return False
    words = [len(item.split()) for item in items]
    return max(words) <= 4 and max(map(len, items)) <= 40 and sum(words) <= 2.5 * len(items)


def _is_image(url: str) -> bool:
    return bool(_IMAGE_PATH.search(urlsplit(url).path)) if _valid(url) else False


def _valid(url: str) -> bool:
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False


def _instant(raw: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(
            raw.upper().replace(",", ".").replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
        )
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def _unique(words: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.casefold(), word)
    return list(found.values())
