"""What a site asks of crawlers, and of machines that learn."""

from datetime import UTC, datetime

import pytest

from tasks.harvest.client import Response
from tasks.harvest.robots import MOST_DELAY, Robots, header_opt_outs, origin_of, robots_of

AGENT = "broadsheet-tests"
SITE = "https://times.example.org"


def response(status: int, body: bytes = b"", *headers: tuple[bytes, bytes]) -> Response:
    return Response(f"{SITE}/robots.txt", status, "", "1.1", headers, body, b"", None, datetime.now(UTC), 1)


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private\nAllow: /private/news", "/private/news/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: broadsheet-tests\nAllow: /", "/a", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: Broadsheet-Tests\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("", "/a", True),
        ("<html>not found</html>", "/a", True),
        ("User-agent: *\nDisallow: /caf%C3%A9", "/café", False),
    ],
)
def test_rules_are_read_as_rfc_9309_has_them(rules: str, path: str, allowed: bool) -> None:
    assert Robots("rules", rules).allows(f"{SITE}{path}", AGENT) is allowed


@pytest.mark.parametrize(
    ("status", "verdict", "allowed"),
    [(404, "absent", True), (410, "absent", True), (403, "absent", True), (500, "unreachable", False),
     (503, "unreachable", False), (429, "unreachable", False), (200, "rules", True)],
)  # fmt: skip
def test_no_file_allows_everything_and_a_file_that_cannot_be_had_nothing(
    status: int, verdict: str, allowed: bool
) -> None:
    robots = robots_of(response(status), b"")
    assert robots.verdict == verdict
    assert robots.allows(f"{SITE}/a", AGENT) is allowed


def test_a_delay_that_is_asked_for_is_kept_within_reason() -> None:
    assert Robots("rules", "User-agent: *\nCrawl-delay: 7").delay(AGENT) == 7
    assert Robots("rules", "User-agent: *\nRequest-rate: 1/20").delay(AGENT) == 20
    assert Robots("rules", "User-agent: *\nCrawl-delay: 1e9").delay(AGENT) == MOST_DELAY
    assert Robots("rules", "User-agent: *\nCrawl-delay: soon").delay(AGENT) == 0
    assert Robots("absent").delay(AGENT) == 0


def test_opt_outs_are_those_that_name_a_trainer_and_keep_it_away() -> None:
    rules = (
        "User-agent: GPTBot\nDisallow: /\n\nUser-agent: ccbot\nDisallow: /archive\n\n"
        "User-agent: Google-Extended\nDisallow:\n\nUser-agent: *\nDisallow: /private\n"
    )
    assert Robots("rules", rules).opt_outs(f"{SITE}/news") == ["robots:gptbot"]
    assert Robots("rules", rules).opt_outs(f"{SITE}/archive/1") == ["robots:ccbot", "robots:gptbot"]
    assert Robots("absent").opt_outs(f"{SITE}/news") == []


def test_headers_opt_out_too() -> None:
    said = response(
        200, b"", (b"X-Robots-Tag", b"noindex, NoAI"), (b"x-robots-tag", b"noimageai"), (b"TDM-Reservation", b" 1 ")
    )
    assert header_opt_outs(said) == ["noai", "noimageai", "tdm-reservation"]
    assert header_opt_outs(response(200, b"", (b"TDM-Reservation", b"0"))) == []


def test_a_huge_or_broken_file_is_read_as_far_as_it_goes() -> None:
    huge = robots_of(response(200), b"User-agent: *\nDisallow: /a\n" + b"Disallow: /" + b"x" * 10_000_000)
    assert not huge.allows(f"{SITE}/a", AGENT)
    assert robots_of(response(200), b"\xff\xfe\x00User-agent: *").allows(f"{SITE}/a", AGENT)


def test_a_pattern_made_to_take_for_ever_does_not() -> None:
    rules = Robots("rules", "User-agent: *\nDisallow: /" + "*a" * 60 + "*b$\n")
    assert rules.allows(f"{SITE}/{'a' * 3_000}", AGENT)


def test_one_file_speaks_for_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://Times.example.org:8443/a?b") == "https://times.example.org:8443"
