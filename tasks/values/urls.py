"""URLs: one normal form for every way of writing a page's address.

What belongs here: the form, the host and the domain of a URL; nothing is fetched, and the public suffix list is the
one that tldextract brings along. What does not: which declared canonical URL is believed (``canonical``), and
columns (``tasks.normalisation.urls``).

The normal form names a page, so that two ways to one page must not make two articles:

* ``https`` in place of ``http`` unless a port is named: no site serves another page on each.
* ``www.`` and ``m.`` stay: a bare domain need not answer, and the page itself declares which it prefers.
* The trailing slash stays: sites redirect to the form they mean, and the wrong one may be an error.
* Query parameters are sorted by name (repeated names keep their order): no server of pages minds.
* The fragment goes, "#!" too: it was never sent, so it did not choose what was fetched.
* AMP addresses become those of the page that they are a form of.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

import idna

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Added by mailings, advertisements, shares and measurement; none of them chooses the content.
TRACKING_PREFIXES = (
    "utm_",  # Google Analytics and whoever copies it
    "mtm_", "matomo_", "pk_", "piwik_",  # Matomo
    "at_", "xtor", "hsa_", "ns_", "wt_", "wt.", "_hs", "__hs",  # AT Internet, HubSpot, Comscore, Webtrends
    "fb_", "ga_", "vero_", "oly_", "trk_", "_branch_", "guce_", "amp_",
)  # fmt: skip
_TRACKING = """
fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid ymclid twclid ttclid tduid li_fat_id igshid igsh epik
sccid srsltid rb_clickid tblci dicbo oborigurl wickedid irclickid mc_cid mc_eid mkt_tok _ga _gl _openstat
hsctatracking s_cid s_kwcid cmpid icid ncid ocid cvid mbid smid smtyp ref_src ref_url referrer referer
__twitter_impression __tn__ __cft__ guccounter spm scm echobox sr_share share_from_user_id campaign_id phpsessid
jsessionid sessionid aspsessionid usqp aoh noamp
"""
TRACKING_PARAMETERS = frozenset(_TRACKING.split())
"""Names (lower case) of query parameters that say how a reader came, or who reads: clicks, mailings, sessions.

Names that some sites use for a page's identity stay, though others count clicks with them: ``ref``, ``source``, ``id``.
"""

_SCHEME = re.compile(r"^(https?):[/\\]{2}", re.IGNORECASE)
_REMOVED = re.compile(r"[\t\n\r]")
_PORT = re.compile(r":(\d*)$")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = _UNRESERVED | frozenset("/!$&'()*+,;=:@%")
_QUERY_SAFE = _PATH_SAFE | frozenset("?[]{}|")
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_AMP_FORMS = (("outputtype", "amp"), ("output", "amp"), ("view", "amp"))
_DEFAULT_PORTS = ("", "80", "443")
LONGEST_URL = 8192
"""Characters. Longer ones are data, not addresses: no server takes them."""
_CREDENTIALS = re.compile(r"(?<=:/)/[^\s/?#\\@:]{0,1000}(?::[^\s/?#\\]{0,1000})?@(?=[^\s/?#@])")


# Parameters that are a key to what the address names: presigned addresses of object storage, connection strings.
_KEYS = re.compile(
    r"(?<=[?&])((?:X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|AWSAccessKeyId|GoogleAccessId|Key-Pair-Id"
    r"|Signature|Policy|sig|(?:(?:access|auth|api|sas|session|secret)[_-]?)?(?:token|key)|password|passwd|pwd|secret)=)"
    r"[^&#\s\"'<>]+",
    re.IGNORECASE,
)


def _host(raw: str) -> str | None:
    """The host in lower case ASCII, or null where it can name none."""
    host = unquote(raw, errors="strict") if "%" in raw else raw
    if host.startswith("["):
        return f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]" if host.endswith("]") else None
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode("ascii")
    host = host.lower().rstrip(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return None
    return host


def _escaped(text: str, safe: frozenset[str]) -> str:
    """Percent-encoding in one form: unreserved characters plain, the others as UTF-8, digits upper case."""

    def decode(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    text = _ESCAPE.sub(decode, text)
    if all(character in safe for character in text) and "%" not in text:
        return text
    text = re.sub(r"%(?![0-9A-F]{2})", "%25", text)
    return "".join(
        character
        if character in safe
        else "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
        for character in text
    )


def _without_dots(path: str) -> str:
    """The path without ``.`` and ``..``, by RFC 3986 section 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for place, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        if segment not in (".", ".."):
            kept.append(segment)
        elif place == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def _is_tracking(name: str) -> bool:
    name = name.lower()
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


def _is_amp(name: str, value: str) -> bool:
    name, value = name.lower(), value.lower()
    return (name in ("amp", "_amp") and value in ("", "1", "true", "yes")) or (name, value) in _AMP_FORMS


def _query(raw: str) -> str:
    kept = []
    for part in _escaped(raw, _QUERY_SAFE).split("&"):
        name, _, value = part.partition("=")
        if part and not _is_tracking(name) and not _is_amp(name, value):
            kept.append((name, part))
    return "&".join(part for _, part in sorted(kept, key=lambda pair: pair[0]))


def _plain_host(host: str) -> str:
    """``amp.example.com`` as ``example.com``."""
    plain = host.removeprefix("amp.")
    return plain if plain != host and domain_of(plain) == domain_of(host) else host


def _plain_path(path: str) -> str:
    """``/news/story/amp/`` and ``/amp/news/story`` as ``/news/story``; ``/story.amp.html`` as ``/story.html``."""
    while path.endswith(("/amp", "/amp/")) and len(path) > 5:
        path = path[: -len("amp/" if path.endswith("/") else "/amp")]
    while path.startswith("/amp/") and path.strip("/") != "amp":
        path = path[4:]
    return re.sub(r"(?:\.amp)+(?=$|\.html?$)", "", path)


def _cached_page(host: str, path: str) -> str | None:
    """The address that an AMP cache or viewer shows: ``https://CACHE/c/s/www.example.com/story``.

    A cache's first label is the page's host with ``.`` as ``-`` and ``-`` as ``--``; a viewer's path begins
    with ``/amp/s/`` and a host name.
    """
    match = re.match(r"/(amp|[a-z])/(s/)?((?:[a-z0-9-]+\.)+[a-z0-9-]+)(/.*)?$", path, re.IGNORECASE)
    if not match:
        return None
    kind, secure, target, rest = match[1].lower(), match[2], match[3].lower(), match[4] or "/"
    viewed = kind == "amp" and bool(secure) and domain_of(target) != target.rpartition(".")[2]
    label = target.replace("-", "--").replace(".", "-")
    return f"https://{target}{rest}" if viewed or host.partition(".")[0] == label else None


def _split(url: str) -> tuple[str, str, str, str, str] | None:
    """Scheme, host, port, path and query of an absolute http or https URL; null for anything else."""
    url = _REMOVED.sub("", url.strip("".join(map(chr, range(33)))))
    scheme = _SCHEME.match(url)
    if not scheme or len(url) > LONGEST_URL:
        return None
    rest = url[scheme.end() :].partition("#")[0]
    before_query, _, query = rest.partition("?")
    authority, slash, path = before_query.replace("\\", "/").lstrip("/").partition("/")
    authority = authority.rpartition("@")[2]
    port = _PORT.search(authority)
    try:
        host = _host(authority[: port.start()] if port else authority)
    except (ValueError, UnicodeError):  # idna and ipaddress raise kinds of these
        return None
    digits = (port[1].lstrip("0") or ("0" if port[1] else "")) if port else ""
    if not host or (digits and int(digits[:6]) > 65535):
        return None
    return scheme[1].lower(), host, digits, slash + path, query


def _normalised_once(url: str) -> str | None:
    parts = _split(url)
    if parts is None:
        return None
    scheme, host, port, path, query = parts
    path = _SESSION.sub("", _without_dots(_escaped(path, _PATH_SAFE)))
    page = _cached_page(host, path)
    if page is not None and _split(page) is not None:
        return f"{page}?{query}" if query else page
    host, path, query = _plain_host(host), _plain_path(path) or "/", _query(query)
    origin = f"https://{host}" if port in _DEFAULT_PORTS else f"{scheme}://{host}:{port}"
    return f"{origin}{path}?{query}" if query else origin + path


def normalise_url(url: str) -> str | None:
    """The normal form of ``url``; null unless it is an absolute http or https URL with a host. Never raises."""
    normal = _normalised_once(url)
    # What an AMP form or a session in the path hid may itself need normalising: a viewer can show a cache.
    while normal is not None and normal != url and (";" in url or "amp" in url.lower() or "/s/" in url):
        url, normal = normal, _normalised_once(normal)
    return normal


def host_of(url: str) -> str:
    """The host of a URL in normal form."""
    return _PORT.sub("", url.split("/", 3)[2])


@cache
def _suffixes() -> TLDExtract:
    """The public suffix list. Loaded where a domain is asked for: it brings a whole HTTP client along."""
    from tldextract import TLDExtract

    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


@lru_cache(maxsize=65536)
def domain_of(host: str) -> str:
    """The registrable domain of ``host`` by the public suffix list; the host itself where it has none.

    Suffixes under which anybody may take a name (blog hosts) count: their sites are not one site.
    """
    return _suffixes().extract_str(host).top_domain_under_public_suffix or host


def absolute_url(base: str, url: str | None) -> str | None:
    """``url`` as ``base`` resolves it, as it is written but for spaces; null unless http or https with a host."""
    if not url or len(url) > LONGEST_URL:
        return None
    try:
        joined = urljoin(base, _REMOVED.sub("", url.strip()))
    except ValueError:
        return None
    return None if _split(joined) is None else without_credentials(joined.replace(" ", "%20"))


def without_credentials(text: str) -> str:
    """The text without the names and passwords in the URLs in it: ``https://name:password@example.com/a``.

    They are no part of a page's address, and nobody who writes them into a link means to publish them.
    """
    return _CREDENTIALS.sub("/", text) if "@" in text and "://" in text else text


def without_secrets(text: str) -> str:
    """The text without what opens the places that its URLs name: credentials, and the values of signatures, tokens and
    passwords among the parameters. For what a person gave and what is said of it; of a page's address a token may be
    a part, so there it stays.
    """
    text = without_credentials(text)
    return _KEYS.sub(r"\1***", text) if "://" in text and "=" in text else text
