"""One self-contained HTML file out of a template, style, scripts and data.

What belongs here: how text, JSON and scripts get into a page so that none of a page's data is ever markup or code. What
does not: what a page says (``release_page``, ``releases_page``).

Text is escaped by the template engine. Data for the scripts is JSON in elements that are not run, with every character
that could end such an element escaped. The policy in the head allows just the scripts that this module wrote, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_HERE = Path(__file__).parent
_ASSETS, _TEMPLATES = _HERE / "assets", _HERE / "templates"
# Run before the first paint, so that a page does not flash in the wrong colours.
_FIRST = "theme.js"
_LIBRARIES = ("vendor/d3.min.js", "vendor/plot.umd.min.js")
_UNSAFE = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_MOST_URL = 2_000


def render(template: str, scripts: Sequence[str], values: Mapping[str, Any]) -> str:
    """The page. ``scripts`` are run after the chart libraries, at the end of the body."""
    first, later = _script(_FIRST), [_script(name) for name in (*_LIBRARIES, *scripts)]
    policy = (
        f"default-src 'none'; script-src {' '.join(_hash(text) for text in (first, *later))}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    head = {
        "policy": policy,
        "style": Markup((_ASSETS / "page.css").read_text(encoding="utf-8")),
        "first_script": Markup(first),
        "scripts": [Markup(text) for text in later],
    }
    return _environment().get_template(template).render({**values, **head})


def compile_templates() -> None:
    """Compile all of them, once a process: a pass for those who have the time before they need a page."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def _script(name: str) -> str:
    text = (_ASSETS / name).read_text(encoding="utf-8")
    if re.search(r"</script|<!--", text, re.IGNORECASE):
        raise ValueError(f"{name} cannot stand in a page: it holds the end of a script element")
    return text


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@cache  # a template is compiled once, which is dearer than filling it in; kept on disk it would be a pickle
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"count": count, "size": size, "percent": percent, "data": data, "path": quote}
    return found


def data(value: Any) -> Markup:
    """JSON that can stand in a script element: no character in it can end the element or a line of script."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _UNSAFE.items():  # a tenth of the time of str.translate
        written = written.replace(character, escape)
    return Markup(written)


def web_link(url: str | None) -> str | None:
    """The URL where it may be a link, which is when it leads to the web: null for ``javascript:`` and its like."""
    if not url or len(url) > _MOST_URL:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def count(value: int | None) -> str:
    """1,234; a dash where nobody counted."""
    return "–" if value is None else f"{value:,}"


def percent(rate: float | None) -> str:
    """97.3%; a dash where there is no rate. What is not all is never shown as 100.0%, nor what is not nothing as 0."""
    if rate is None:
        return "–"
    if rate in (0, 1):
        return f"{rate:.0%}"
    return f"{min(max(rate, 0.001), 0.999):.1%}"


def size(value: float) -> str:
    """Bytes in decimal units."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} TB"
