"""Every regular expression of ours, and strings made to keep each one busy for ever.

What belongs here: finding the patterns, and what to feed them. What does not: the verdict (``test_patterns``).
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import re._constants as sre
import re._parser as parser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tasks

ROOT = Path(__file__).parents[2]
_METHODS = {"search", "match", "fullmatch", "sub", "subn", "findall", "finditer", "split"}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: "1",
    sre.CATEGORY_NOT_DIGIT: "a",
    sre.CATEGORY_SPACE: " ",
    sre.CATEGORY_NOT_SPACE: "a",
    sre.CATEGORY_WORD: "a",
    sre.CATEGORY_NOT_WORD: " ",
}
Pattern = re.Pattern[Any]


def our_patterns() -> dict[str, Pattern]:
    """Each pattern by where it stands: what modules hold after import, and what functions write in place."""
    found: dict[Pattern, str] = {}
    for info in pkgutil.walk_packages(tasks.__path__, "tasks."):
        if info.name.endswith("write_schema"):  # writes when imported as a program only, but is one
            continue
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            for number, pattern in enumerate(_patterns_in(value)):
                found.setdefault(pattern, f"{info.name}.{name}[{number}]")
    for file in sorted((ROOT / "tasks").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for pattern in _written_in_place(node):
                found.setdefault(pattern, f"{file.relative_to(ROOT)} {node.func.attr}: {pattern.pattern!r}")
    return {place: pattern for pattern, place in found.items()}


def _patterns_in(value: object) -> Iterator[Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from _patterns_in(item)
    elif isinstance(value, (tuple, list, set, frozenset)) and len(value) < 1000:
        for item in value:
            yield from _patterns_in(item)


def _written_in_place(node: ast.AST) -> Iterator[Pattern]:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS):
        return
    if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args:
        try:
            literal = ast.literal_eval(node.args[0])
        except ValueError:
            return  # put together while it runs: its parts are module constants or escaped words
        flags = re.IGNORECASE if "re.I" in ast.unparse(node) else 0
        if isinstance(literal, (str, bytes)):
            yield re.compile(literal, flags)


def attacks(pattern: Pattern, size: int) -> Iterator[str | bytes]:
    """Strings of about ``size`` characters: each repeat of the pattern fed for long, and then disappointed."""
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    parsed = parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(source, bytes) else pattern.flags)
    units = {unit for unit in _units(parsed) if unit[1]}
    seen = set()
    for prefix, unit in sorted(units)[:60]:
        for end in ("", "\x00", "\n!"):
            attack = prefix + unit * (size // len(unit)) + end
            if attack not in seen:
                seen.add(attack)
                yield attack.encode("latin-1", "replace") if isinstance(source, bytes) else attack
    for piece in (" ", "a", "1", "a ", "<", "\n", "-", '"', "A. ", "1 ", "/", "a@", "&"):
        attack = piece * (size // len(piece)) + "\x00"
        yield attack.encode("latin-1", "replace") if isinstance(source, bytes) else attack


def _units(parsed: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """For each repeat: the shortest text that leads to it, and one turn of it (alone, and with its neighbour's)."""
    before = ""
    for operator, argument in parsed:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            _, most, inner = argument
            unit = _shortest(inner)
            if most > 20:
                yield prefix, unit
                if before:
                    yield prefix, before + unit
                before = unit
            yield from _units(inner, prefix)
        elif operator is sre.SUBPATTERN:
            yield from _units(argument[3], prefix)
        elif operator is sre.BRANCH:
            for branch in argument[1]:
                yield from _units(branch, prefix)
        elif operator in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _units(argument[1], prefix)
        prefix += _shortest([(operator, argument)])


def _shortest(parsed: Iterable[Any]) -> str:
    """A short text that the parsed pattern matches."""
    text = ""
    for operator, argument in parsed:
        if operator is sre.LITERAL:
            text += chr(argument)
        elif operator is sre.NOT_LITERAL:
            text += "a" if argument != ord("a") else "b"
        elif operator is sre.ANY:
            text += "a"
        elif operator is sre.IN:
            text += _member(argument)
        elif operator in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            text += _shortest(argument[2]) * max(argument[0], 0)
        elif operator is sre.SUBPATTERN:
            text += _shortest(argument[3])
        elif operator is sre.BRANCH:
            text += _shortest(argument[1][0])
        elif operator is sre.ATOMIC_GROUP:
            text += _shortest(argument)
    return text


def _member(items: list[Any]) -> str:
    """A character of a set."""
    if items[0][0] is sre.NEGATE:
        compiled = re.compile("[" + "".join(_written(item) for item in items[1:]) + "]", re.S)
        return next(character for character in "a 1-.\n/é東" if not compiled.match(character))
    operator, argument = items[0]
    if operator is sre.LITERAL:
        return chr(argument)
    return chr(argument[0]) if operator is sre.RANGE else _CATEGORIES[argument]


def _written(item: Any) -> str:
    operator, argument = item
    if operator is sre.LITERAL:
        return re.escape(chr(argument))
    if operator is sre.RANGE:
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    names = {sre.CATEGORY_DIGIT: r"\d", sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}
    return names.get(argument) or {
        sre.CATEGORY_NOT_DIGIT: r"\D", sre.CATEGORY_NOT_SPACE: r"\S", sre.CATEGORY_NOT_WORD: r"\W",
    }[argument]  # fmt: skip


def ways_of_use(place: str) -> set[str]:
    """The methods that the code calls a module's pattern by; empty where it is handed on, or written in place."""
    if ": " in place:
        return {place.partition(": ")[0].rpartition(" ")[2]}
    module, _, name = place.rpartition(".")
    if not place.endswith("[0]"):
        return set()
    file = ROOT / (module.replace(".", "/") + ".py")
    source = (file if file.exists() else ROOT / module.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
    name = name.removesuffix("[0]")
    uses = re.findall(rf"\b{re.escape(name)}\b(?:\.(\w+)\()?", source)
    return set(uses[1:]) if "" not in uses[1:] else set()
