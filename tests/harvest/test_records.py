"""The records of an exchange: whole, well-formed, whatever the server said."""

import io
from datetime import UTC, datetime

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from tasks.harvest.client import Response
from tasks.harvest.records import Context, Earlier, write_exchange

URL = "https://times.example.org/a"
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
LISTED = {"title": "Zwölf\r\nWARC-Type: response\u2028x"}
CONTEXT = Context(
    "times", "page", robots="allowed", opt_outs=["noai"], via="https://times.example.org/feed", listed=LISTED
)


def response(
    body: bytes, headers: tuple[tuple[bytes, bytes], ...] = (), status: int = 200, reason: str = "OK"
) -> Response:
    return Response(
        URL, status, reason, "1.1", headers, body, b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "192.0.2.1", AT, 7
    )


def kinds(data: bytes) -> list[str]:
    return [record.rec_type for record in ArchiveIterator(io.BytesIO(data))]


def test_an_exchange_is_response_metadata_request() -> None:
    written = write_exchange(response(b"<html></html>", ((b"Content-Type", b"text/html"),)), CONTEXT)
    assert kinds(written.data) == ["response", "metadata", "request"]
    main, metadata, request = ArchiveIterator(io.BytesIO(written.data))
    for record in (metadata, request):
        assert record.rec_headers.get_header("WARC-Concurrent-To") == written.record_id
        assert record.rec_headers.get_header("WARC-Target-URI") == URL
    assert main.rec_headers.get_header("WARC-IP-Address") == "192.0.2.1"
    assert main.rec_headers.get_header("WARC-Date") == written.date == "2026-03-02T12:00:00Z"


@given(
    st.binary(max_size=200),
    st.lists(st.tuples(st.binary(min_size=1, max_size=20), st.binary(max_size=60)), max_size=8),
    st.text(max_size=30),
    st.sampled_from([b"", b"chunked", b"gzip, chunked"]),
)
def test_whatever_a_server_says_the_records_stay_three(
    body: bytes, headers: list[tuple[bytes, bytes]], reason: str, coding: bytes
) -> None:
    named = (*headers, (b"Transfer-Encoding", coding)) if coding else tuple(headers)
    data = write_exchange(response(body, named, reason=reason), CONTEXT).data
    assert kinds(data) == ["response", "metadata", "request"]
    found = [record.headers["WARC-Type"] for record in FastIterator(io.BytesIO(data))]
    assert found == ["response", "metadata", "request"]


@given(
    st.dictionaries(st.sampled_from(["title", "description", "language"]), st.text(max_size=80)), st.text(max_size=60)
)
def test_whatever_a_feed_says_is_one_line_of_json(listed: dict[str, str], via: str) -> None:
    import json

    context = Context("times", "page", via=via, listed=listed)
    data = write_exchange(response(b"x"), context).data
    (text,) = [
        record.content_stream().read().decode()
        for record in ArchiveIterator(io.BytesIO(data))
        if record.rec_type == "metadata"
    ]
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert all(": " in line or line.endswith(":") for line in lines[:-1])
    found = [line for line in lines if line.startswith("listed: ")]
    assert [json.loads(line.removeprefix("listed: ")) for line in found] == ([listed] if listed else [])


@pytest.mark.parametrize(
    ("status", "digest", "profile"),
    [(304, "sha1:OTHER", "server-not-modified"), (200, None, "identical-payload-digest")],
)
def test_what_is_unchanged_is_a_revisit_that_names_the_earlier_record(
    status: int, digest: str | None, profile: str
) -> None:
    same = write_exchange(response(b"same"), CONTEXT)
    earlier = Earlier(same.record_id, same.date, URL, digest or str(same.digest))
    written = write_exchange(response(b"same" if status == 200 else b"", status=status), CONTEXT, earlier)
    assert written.is_revisit
    revisit = next(iter(ArchiveIterator(io.BytesIO(written.data))))
    assert revisit.rec_type == "revisit"
    assert revisit.rec_headers.get_header("WARC-Profile").endswith(f"/warc/1.1/revisit/{profile}")
    assert revisit.rec_headers.get_header("WARC-Refers-To") == same.record_id
    assert revisit.rec_headers.get_header("WARC-Refers-To-Date") == same.date
    assert not write_exchange(response(b"other"), CONTEXT, earlier).is_revisit
