"""Text that still carries the marks of its markup or of a wrong decoding: entities, tags, mojibake.

What belongs here: repairs of one string that few strings need. What does not: what every string needs
(normal form, white space: ``tasks.normalisation.text``).

Mojibake is UTF-8 that was read as Windows-1252. The rules are strict, since "CAFÉ»" and "AMANHÃ”" are good
text although their last two characters would also decode: a pair or a triple is repaired where no
orthography writes it, everything else only where the rest of the string gives proof.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5

ENTITY = r"&(?:[A-Za-z][0-9A-Za-z]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"
"""A character reference with its semicolon; without one, "&copy=2" in an address would be taken for ©."""

_INLINE = "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt|u"
_BLOCK = "br|hr|p|div|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|figure|figcaption|img|section|article|table|tr|td|th|tbody"
TAG = rf"(?i:</?(?:{_INLINE}|{_BLOCK})(?:\s[^<>]*)?/?>)|<!--[^<>]*-->"
"""A tag of a known element: "x < y" and "<3" are text."""

_ENTITY = re.compile(ENTITY)
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;|#0{0,4}38;|#[xX]0{0,4}26;)+")
_TAG = re.compile(TAG)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})[\s/>]", re.IGNORECASE)


def _character(match: re.Match[str]) -> str:
    entity = match.group()
    if entity[1] != "#" and entity[1:] not in html5:
        return entity
    character = html.unescape(entity)
    # html.unescape answers U+FFFD or nothing for a number that is no character.
    return entity if "\ufffd" in character or not character else character


def unescape(text: str) -> str:
    """Decode the character references left in ``text`` by a page that escaped twice ("&amp;amp;")."""
    return _ENTITY.sub(_character, _ESCAPED_AMPERSAND.sub("&", text))


def strip_tags(text: str) -> str:
    """Remove tags of known HTML elements: inline ones without trace, the others leave a space."""
    return _TAG.sub(lambda match: "" if _INLINE_TAG.match(match.group()) else " ", text)


# Windows-1252 for the bytes 0x80-0xBF, which continue a UTF-8 sequence. The five bytes that it leaves
# undefined stay C1 controls, as browsers have them.
_CONTINUATION = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
_BYTE = {character: 0x80 + place for place, character in enumerate(_CONTINUATION)} | {
    chr(byte): byte for byte in range(0xC0, 0x100)
}
# A page read as ISO 8859-1 in place of Windows-1252 keeps all of 0x80-0x9F as C1 controls.
_BYTE |= {chr(byte): byte for byte in range(0x80, 0xA0)}
_ANY = "[" + re.escape("".join(sorted(set(_CONTINUATION) | {chr(byte) for byte in range(0x80, 0xA0)}))) + "]"

# What may follow a capital vowel in good text: quotes, dashes, an ellipsis, spaces, ordinals, marks of rights.
_AMBIGUOUS = "«»‹›“”‘’‚„…–—•¨´¸¯ªº™®©°·\u00a0\u00ad"
_SIGNS = "[" + re.escape("".join(sorted(set(_CONTINUATION) - set(_AMBIGUOUS)))) + "]"
# And those that stand between words or are letters: "É É É" is Portuguese, "NÁŠ" is Czech.
_BETWEEN = "«»‹›“”‘’‚„…–—\u00a0\u00adŠšŽžŒœŸ"
_ODD = "[" + re.escape("".join(sorted(set(_CONTINUATION) - set(_BETWEEN)))) + "]"
# Controls are no text at all: after a letter that begins a sequence they are its other bytes.
_CONTROL = "[\x80-\x9f]"

CERTAIN_MOJIBAKE = "|".join(
    [
        # Latin letters with accents: Ã¼ anywhere, Ã© within a word or at its start.
        rf"Ã{_SIGNS}",
        r"Ã[©®¨´¸¯°·ªº«][a-z]",
        # A capital right after a small letter. The space of "à" and of "Â " may be a plain one by now.
        rf"[a-z]Ã{_ANY}",
        rf"[a-z]Â{_ANY}",
        r"[a-z]Ã |[a-z0-9.,;:!?]Â[ \u00a0]",
        # Central European letters (Å¡, Ä‡) and signs (Â£).
        r"[ÄÅ][\u0080-\u009f¡-¦¬±-³µ¶¹¼-¿‡ƒˆ‰]",
        r"Â[£§©®°±²³¶·¹¼-¿]",
        # Quotes, dashes, the ellipsis, the euro, the trade mark, the minus sign: "â€" is written by nobody.
        rf"â[€\u0080]{_ANY}|â(?:‚¬|\u0082¬|„¢|\u0084¢|ˆ’|\u0088\u0092)",
        # Emoji.
        rf"ð[Ÿ\u009f]{_ANY}{_ANY}",
        # Other scripts: three letters and more in a row, two where a letter takes three bytes.
        rf"(?:[Â-ß]{_ODD}){{3,}}",
        rf"(?:[à-ï](?:{_ODD}{_ANY}|{_ANY}{_ODD})){{2,}}",
        # A page read as ISO 8859-1 throughout: stars, arrows, marks, whatever they are.
        rf"[à-ï]{_CONTROL}{_CONTROL}",
    ]
)
"""What is mojibake beyond doubt, as a regular expression for both Python and Rust."""

_CERTAIN = re.compile(CERTAIN_MOJIBAKE)
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]+")
# Where mojibake may be: runs outside ASCII, those that one character parts taken together, and a character on either
# side. To look for the alternatives at every letter of a long text took long.
_NEAR_FOREIGN = re.compile(r"[^\x00-\x7f]+(?:[\x00-\x7f][^\x00-\x7f]+)*")
_ROUNDS = 4  # mojibake of mojibake is seen, a fourth layer is not


def _decoded(run: str) -> str | None:
    """The run's characters taken as bytes and read as UTF-8; null where they are none."""
    try:
        return bytes(_BYTE[character] if character >= "\x80" else ord(character) for character in run).decode()
    except (KeyError, UnicodeDecodeError):
        return None


def _repair_once(text: str) -> str:
    if not any(_CERTAIN.search(text[begin:end]) for begin, end in _stretches(text)):
        return text
    # Every run of characters outside ASCII decodes, and one is certain: the whole string was misread.
    runs = [_decoded(run) for run in _FOREIGN_RUN.findall(text)]
    if all(run is not None for run in runs):
        repaired = iter(runs)
        return _FOREIGN_RUN.sub(lambda _: next(repaired) or "", text)
    text = _FOREIGN_RUN.sub(_repaired_run, text)
    parts, kept = [], 0
    for begin, end in _stretches(text):
        parts += [text[kept:begin], _CERTAIN.sub(_repaired_sequence, text[begin:end])]
        kept = end
    return "".join([*parts, text[kept:]])


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of every stretch that may hold mojibake; no two of them touch the same character."""
    for found in _NEAR_FOREIGN.finditer(text):
        yield max(found.start() - 1, 0), found.end() + 1


def _repaired_run(match: re.Match[str]) -> str:
    """A run outside ASCII of which a part is certain: all of it, where all of it decodes."""
    run = match.group()
    return (_decoded(run) or run) if _CERTAIN.search(run) else run


def _repaired_sequence(match: re.Match[str]) -> str:
    sequence = match.group()
    if sequence.endswith(" "):  # a no-break space that somebody made plain
        return sequence[0] + (" " if sequence[1] == "Â" else "à ")
    return _decoded(sequence) or sequence


def repair_mojibake(text: str) -> str:
    """Read again, as UTF-8, what is UTF-8 misread as Windows-1252 beyond doubt; else ``text`` itself."""
    for _ in range(_ROUNDS):
        repaired = _repair_once(text)
        if repaired == text:
            break
        text = repaired
    return text
