"""Bylines: one declared author string -> the names in it.

What belongs here: splitting, lead-ins ("By", "Von"), roles, e-mails. What does not: what a name looks like (``names``),
where a page declares its authors (``tasks.extraction.fields.authors``) or shows them
(``tasks.extraction.visible.bylines``), and the words themselves (``byline_words``).

A name is never lost to a rule: where nothing would be left of a string that names somebody, the string stays whole.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from tasks.values.byline_words import (
    CREDENTIALS,
    LEAD_INS,
    NO_NAMES,
    ROLE_WORDS,
)
from tasks.values.names import NAME_LETTER, all_name_words, is_organisation, looks_like_person, name_in_address, recased

MAX_LENGTH = 600  # characters; longer is a biography
MAX_NAMES = 50
_MOST_KEPT = 4096  # short texts whose names are remembered: a page's parts repeat them, and so do a site's pages
_LONGEST_KEPT = 120  # characters
_MAX_NAME = 90


@dataclass(frozen=True, slots=True)
class Name:
    """One name. ``type``: ``Organization`` where words in it say so, ``Person`` where it looks like one, else null."""

    name: str
    type: str | None = None


_TAG = re.compile(r"<[/a-zA-Z][^<>]{0,300}>")
_EMAIL = re.compile(r"[<(\[]?\s*(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\s*[>)\]]?")
_ADDRESS = re.compile(r"[<(\[]?\s*(?:https?://|www\.)[^\s<>()\]]{1,300}[>)\]]?", re.I)
_HANDLE = re.compile(r"(?:^|(?<=[\s(,|]))@\w{1,40}\b\)?")
_BRACKETS = re.compile(r"\s*[(\[（【][^()\[\]（）【】]{0,120}[)\]）】]")
_LEAD_IN = re.compile(
    r"^(?:(?:" + "|".join(re.escape(word) for word in LEAD_INS) + r")(?:\s*[:：/]\s*|\s+))+(?=\S)", re.I
)
_CJK_LEAD_IN = re.compile(r"^(?:文|撰文|作者|記者|记者|編輯|编辑|責任編輯|文・|기자|글)\s*[:：/|·・]\s*")
# "Our reporters 王小明 李华": what stands between such names is a space.
_CJK_REPORTERS = re.compile(
    r"^(?:本报|本報|本刊|本网|特约|特約)?(?:首席|见习|实习)?(?:记者|記者)\s+([\u4e00-\u9fff]{2,4}(?:[\s、]+[\u4e00-\u9fff]{2,4})*)$"
)
_HARD_BREAK = re.compile(r"\s*(?:[;|•·●、；\n\r\t]|\s[/–—-]\s|，)\s*")
_AND = re.compile(
    r"\s+(?:and|und|et|y|e|en|och|og|ja|dan|và|и|та|і|oraz|with|mit|avec|con|med|with additional reporting by|&|\+)\s+",
    re.I,
)
_CERTIFIED = re.compile(r"[A-Z][A-Z.-]{1,6}[®™]")  # a registered credential: "Ada Marlow, CEPF®"
_NAME_IN_BRACKETS = re.compile(r"\w+ [(][A-Z][^\W\d_A-Z]+[)] [A-Z]\w+")  # "Ada (Reed) Marlow", née Reed
_INITIAL = re.compile(r"[^\W\d_]\.?")
_CREDIT = re.compile(
    r"(?:foto|photo|photos|fotos|bild|video|illustration|image|images|picture|pictures)s?\s*(?::|by\b)", re.I
)
_IDENTIFIER = re.compile(r"\w+(?:\.\w+){3,}$")
_EAST_ASIAN_ROLE = re.compile(
    r"\s*(?:[가-힣]{0,3}기자|특파원|논설위원|記者|记者|編集委員|論説委員|特派員)(?:\s*외\s*\d+명)?$"
)
_LOCATIVE = re.compile(r"\s+(?:in|aus|reporting from|à|en|from|for|für|of|at|pour|para|di)\s+[A-Z\u00c0-\u024f].*$")
_DATE_TAIL = re.compile(r"\s+(?:on\s+)?(?:\d{1,2}[./ ]|\d{4}|(?:updated|published|posted)\b).*$", re.I)


def split_byline(raw: str) -> list[Name]:
    """The names in one declared author string, in order, each once; empty where it names nobody."""
    return list(_split(raw) if len(raw) <= _LONGEST_KEPT else _split.__wrapped__(raw))


@lru_cache(_MOST_KEPT)
def _split(raw: str) -> tuple[Name, ...]:
    text = _plain(raw)[:MAX_LENGTH]
    if text.lower().startswith(("http://", "https://", "/")) and " " not in text:
        in_address = name_in_address(text)
        return (Name(in_address, "Person"),) if in_address else ()
    text = _HANDLE.sub("", _ADDRESS.sub(" ", _EMAIL.sub(" ", text)))
    text = _strip_lead_in(text)
    names: dict[str, Name] = {}
    for chunk in _HARD_BREAK.split(text):
        for part in _split_list(chunk):
            name = _name(part)
            if name is not None and len(names) < MAX_NAMES:
                names.setdefault(name.name.casefold(), name)
    return tuple(names.values())


def _plain(raw: str) -> str:
    text = html.unescape(raw) if "&" in raw else raw
    text = _TAG.sub(" ", text) if "<" in text else text
    return re.sub(r"[ \u00a0\u200b\u200e\u200f\ufeff]+", " ", text).strip(' ,;|-–—:"“”')


def _strip_lead_in(text: str) -> str:
    reporters = _CJK_REPORTERS.match(text.strip())
    if reporters:
        return "、".join(reporters[1].split())
    text = _CJK_LEAD_IN.sub("", text.strip())
    match = _LEAD_IN.match(text)
    if match is None:
        return text
    rest = text[match.end() :]
    lead = match[0].strip().lower()
    # Di, Da, De, Von and Van begin surnames too: one word after them is the rest of a name.
    if lead in ("di", "da", "de", "von", "van", "av", "od", "do", "par", "por", "door") and len(rest.split()) < 2:
        return text
    return rest if not rest[:1].islower() or lead.endswith(":") or not text[:1].isupper() else text


def _split_list(chunk: str) -> list[str]:
    """A comma and "and" list -> its names; credentials stay with their name, roles and affiliations go."""
    whole = chunk.strip(" ,.:")
    if not whole:
        return []
    pieces: list[str] = []
    for piece in map(str.strip, whole.split(",")):
        if not piece or _CREDIT.match(piece):
            continue
        if pieces and (piece.rstrip(".").replace(".", "").casefold() in CREDENTIALS or _CERTIFIED.fullmatch(piece)):
            pieces[-1] += f", {piece}"
            continue
        pieces.extend(_split_and(re.sub(r"^(?:and|und|et|y|&)\s+", "", piece, flags=re.I)))
    if len(pieces) < 2:
        return pieces
    people = [piece for piece in pieces if looks_like_person(_without_notes(piece)) and not _is_role(piece)]
    if people and looks_like_person(_without_notes(pieces[0])):
        if not pieces[0].isupper():
            people = [piece for piece in people if not piece.isupper()] or people  # "Ada Marlow, EXAMPLE RADIO"
        organisations = [
            p for p in pieces if is_organisation(p) and not _is_role(p) and all_name_words(p) and len(p.split()) > 1
        ]
        return [piece for piece in pieces if piece in people or piece in organisations]
    first = _without_role_tail(pieces[0])
    if not people and first != pieces[0]:
        return [first]  # "Ada Marlow Writer, Hardware"
    return [piece for piece in pieces if not _is_role(piece)] or [whole]


def _split_and(piece: str) -> list[str]:
    parts = _AND.split(piece)
    if len(parts) < 2 or ("&" in piece and all(len(part.split()) == 1 for part in parts)):  # Marlow & Sato is a firm
        return [piece]
    # "Health and Science Team" is one; "Ada Marlow and Jun Sato" are two, and so are "Marlow and Sato".
    if all(part and all_name_words(part) and len(part.split()) <= 6 for part in parts) and not (
        is_organisation(parts[-1]) and len(parts[0].split()) == 1
    ):
        return [re.sub(r"^(?:by|von|par|por)\s+", "", part, flags=re.I) for part in parts]
    return [piece]


def _name(part: str) -> Name | None:
    text = (
        _without_notes(part).strip(' ,.:;|/-–—"“”*') if not part.endswith(("Jr.", "Sr.", ".")) else _without_notes(part)
    )
    text = _EAST_ASIAN_ROLE.sub("", text).strip() or text
    text = _strip_lead_in(text)
    if (
        not NAME_LETTER.search(text)
        or text.casefold() in NO_NAMES
        or "{{" in text
        or "%" in text
        or _IDENTIFIER.match(text)
    ):
        return None
    shorter = _DATE_TAIL.sub("", text)
    if looks_like_person(shorter):
        text = shorter
    if not looks_like_person(text) and not is_organisation(text):
        text = _without_role_tail(text)
    if len(text) > _MAX_NAME:
        return None
    kind = "Organization" if is_organisation(text) else "Person" if looks_like_person(text) else None
    return Name(recased(text), kind)


def _without_notes(text: str) -> str:
    """Without what stands in brackets, unless all of it does or it is a name among names."""
    if _NAME_IN_BRACKETS.fullmatch(text):
        return text
    return _BRACKETS.sub("", text).strip() or text.strip("()[] ")


def _without_role_tail(text: str) -> str:
    """``Keith Barry Senior Autos Reporter`` -> ``Keith Barry``; a string that does not begin with a name stays."""
    words = text.split()
    at = next((i for i, word in enumerate(words) if word.strip(".,").casefold() in ROLE_WORDS), None)
    if at is not None and at >= 2:
        for end in (2, 3):
            if end <= at and not _INITIAL.fullmatch(words[end - 1]) and looks_like_person(" ".join(words[:end])):
                return " ".join(words[:end])
    shorter = _LOCATIVE.sub("", text)
    return shorter if looks_like_person(shorter) else text


def _is_role(piece: str) -> bool:
    words = piece.casefold().replace("-", " ").split()
    return any(word.strip(".,") in ROLE_WORDS for word in words) or not all_name_words(piece)
