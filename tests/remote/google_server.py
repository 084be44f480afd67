"""Google Cloud Storage on loopback: fake-gcs-server, and before it the XML API, which it does not have.

Run as a process of its own: ``python -m tests.remote.google_server``. It prints its port and serves until its
input ends, as it does when whoever began it is gone.

The drivers speak two dialects to one address. gcsfs speaks the JSON API: those requests go to fake-gcs-server (from
PyPI, a server by others) as they are. object_store, in Delta and in Polars, speaks the XML API: each of its requests is
put into the words of the JSON API here, by Google's reference of both, and answered with what that server says. So
conditions (``x-goog-if-generation-match``), generations and listings are fake-gcs-server's; of ours are the words alone
and the parts of multipart uploads. Neither is Google's own: what the real service does otherwise is not seen here.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import uuid
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from aiohttp import ClientSession, web
from yarl import URL

_JSON = ("/storage/", "/upload/", "/download/", "/batch/", "/resumable/", "/_internal/")
_CONDITION = "x-goog-if-generation-match"
_ERRORS = {404: "NoSuchKey", 412: "PreconditionFailed"}
_HOP = {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "content-encoding"}


def _error(status: int) -> web.Response:
    code = _ERRORS.get(status, "InternalError")
    return web.Response(status=status, content_type="application/xml", text=f"<Error><Code>{code}</Code></Error>")


class Server:
    """Both dialects before one fake-gcs-server."""

    def __init__(self, behind: str, session: ClientSession) -> None:
        self._behind, self._session = behind, session
        self._parts: dict[str, dict[int, bytes]] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request."""
        # Names of objects hold %2F and more: they are passed on as they were written.
        path = request.raw_path.partition("?")[0]
        if path.startswith(_JSON):
            return await self._pass_on(request)
        bucket, _, name = path.lstrip("/").partition("/")
        bucket, name = unquote(bucket), unquote(name)
        if not name:
            return await self._list(bucket, request)
        answers = {"POST": self._take_parts, "PUT": self._take, "DELETE": self._delete}
        return await answers.get(request.method, self._get)(bucket, name, request)

    async def _pass_on(self, request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        target = URL(f"{self._behind}{request.raw_path}", encoded=True)
        body = await request.content.read()
        async with self._session.request(
            request.method, target, headers=headers, data=body, allow_redirects=False
        ) as said:
            content = await said.read()
            given = {name: value for name, value in said.headers.items() if name.lower() not in _HOP}
            return web.Response(status=said.status, headers=given, body=content)

    def _object(self, bucket: str, name: str, more: str = "") -> URL:
        return URL(f"{self._behind}/storage/v1/b/{quote(bucket)}/o/{quote(name, safe='')}{more}", encoded=True)

    async def _take_parts(self, bucket: str, name: str, request: web.Request) -> web.StreamResponse:
        return self._begin(bucket, name) if "uploads" in request.query else await self._complete(bucket, name, request)

    async def _take(self, bucket: str, name: str, request: web.Request) -> web.StreamResponse:
        if "partNumber" in request.query:
            self._parts[request.query["uploadId"]][int(request.query["partNumber"])] = await request.content.read()
            return web.Response(headers={"ETag": f'"{uuid.uuid4().hex}"'})
        if source := request.headers.get("x-goog-copy-source"):
            return await self._copy(unquote(source), bucket, name, request)
        return await self._put(bucket, name, await request.content.read(), request)

    async def _delete(self, bucket: str, name: str, request: web.Request) -> web.StreamResponse:
        if "uploadId" in request.query:
            self._parts.pop(request.query["uploadId"], None)
            return web.Response(status=204)
        async with self._session.delete(self._object(bucket, name)) as said:
            return web.Response(status=204) if said.status in {200, 204} else _error(said.status)

    async def _put(self, bucket: str, name: str, content: bytes, request: web.Request) -> web.Response:
        kind = request.headers.get("Content-Type", "application/octet-stream")
        edge = uuid.uuid4().hex
        told = json.dumps({"name": name, "contentType": kind})
        head = f"--{edge}\r\nContent-Type: application/json\r\n\r\n{told}\r\n--{edge}\r\nContent-Type: {kind}\r\n\r\n"
        target = f"{self._behind}/upload/storage/v1/b/{quote(bucket)}/o?uploadType=multipart"
        if condition := request.headers.get(_CONDITION):
            target += f"&ifGenerationMatch={condition}"
        async with self._session.post(
            URL(target, encoded=True),
            data=head.encode() + content + f"\r\n--{edge}--\r\n".encode(),
            headers={"Content-Type": f"multipart/related; boundary={edge}"},
        ) as said:
            if said.status != 200:
                return _error(said.status)
            return web.Response(headers=_headers(await said.json()))

    async def _copy(self, source: str, bucket: str, name: str, request: web.Request) -> web.Response:
        from_bucket, _, from_name = source.lstrip("/").partition("/")
        condition = request.headers.get(_CONDITION)
        more = f"?ifGenerationMatch={condition}" if condition else ""
        to = f"/rewriteTo/b/{quote(bucket)}/o/{quote(name, safe='')}{more}"
        async with self._session.post(self._object(from_bucket, from_name, to), json={}) as said:
            if said.status != 200:
                return _error(said.status)
            made = (await said.json())["resource"]
        result = f"<CopyObjectResult><ETag>{escape(_headers(made)['ETag'])}</ETag></CopyObjectResult>"
        return web.Response(headers=_headers(made), content_type="application/xml", text=result)

    async def _get(self, bucket: str, name: str, request: web.Request) -> web.StreamResponse:
        generation = request.query.get("generation")
        of_one = f"?generation={generation}" if generation else ""
        async with self._session.get(self._object(bucket, name, of_one)) as said:
            if said.status != 200:
                return _error(said.status)
            found = await said.json()
        headers = _headers(found)
        if (wanted := request.headers.get("If-Match")) and wanted != headers["ETag"]:
            return _error(412)
        if request.method == "HEAD":
            return web.Response(headers=headers | {"Content-Length": str(found["size"])})
        asked = {"Range": request.headers["Range"]} if "Range" in request.headers else {}
        media = self._object(bucket, name, f"?alt=media&generation={found['generation']}")
        async with self._session.get(media, headers=asked) as said:
            if said.status not in {200, 206}:
                return _error(said.status)
            kept = {"Content-Range": said.headers["Content-Range"]} if "Content-Range" in said.headers else {}
            return web.Response(status=said.status, headers=headers | kept, body=await said.read())

    async def _list(self, bucket: str, request: web.Request) -> web.Response:
        words = {"list-type": None, "continuation-token": "pageToken", "max-keys": "maxResults", "start-after": None}
        query = {new: value for word, value in request.query.items() if (new := words.get(word, word))}
        if after := request.query.get("start-after"):
            query["startOffset"] = after  # that one itself too: left out below
        async with self._session.get(f"{self._behind}/storage/v1/b/{quote(bucket)}/o", params=query) as said:
            if said.status != 200:
                return _error(said.status)
            found = await said.json()
        lines = [
            f"<Contents><Key>{escape(item['name'])}</Key><Size>{item['size']}</Size>"
            f"<LastModified>{item['updated']}</LastModified><ETag>{escape(_headers(item)['ETag'])}</ETag></Contents>"
            for item in found.get("items", [])
            if item["name"] != after
        ]
        folders = found.get("prefixes", [])
        lines += [f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in folders]
        if token := found.get("nextPageToken"):
            lines.append(f"<NextContinuationToken>{escape(token)}</NextContinuationToken>")
        text = f"<ListBucketResult><Name>{escape(bucket)}</Name>{''.join(lines)}</ListBucketResult>"
        return web.Response(content_type="application/xml", text=text)

    def _begin(self, bucket: str, name: str) -> web.Response:
        upload = uuid.uuid4().hex
        self._parts[upload] = {}
        text = f"<Bucket>{escape(bucket)}</Bucket><Key>{escape(name)}</Key><UploadId>{upload}</UploadId>"
        text = f"<InitiateMultipartUploadResult>{text}</InitiateMultipartUploadResult>"
        return web.Response(content_type="application/xml", text=text)

    async def _complete(self, bucket: str, name: str, request: web.Request) -> web.Response:
        parts = self._parts.pop(request.query["uploadId"])
        named = [one for one in ElementTree.fromstring(await request.text()).iter() if one.tag.endswith("PartNumber")]
        made = await self._put(bucket, name, b"".join(parts[int(one.text or 0)] for one in named), request)
        if made.status != 200:
            return made
        text = f"<ETag>{escape(made.headers['ETag'])}</ETag>"
        text = f"<CompleteMultipartUploadResult>{text}</CompleteMultipartUploadResult>"
        kept = {"x-goog-generation": made.headers["x-goog-generation"]}
        return web.Response(headers=kept, content_type="application/xml", text=text)


def _headers(found: dict[str, str]) -> dict[str, str]:
    changed = datetime.fromisoformat(found["updated"])
    return {
        "ETag": f'"{found["etag"]}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
        "x-goog-generation": str(found["generation"]),
        "Content-Type": found.get("contentType") or "application/octet-stream",
    }


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def serve(program: str) -> None:
    """Start both, print the port of the one before, and serve."""
    port, before = free_port(), free_port()
    words = ["-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", str(port)]
    words += ["-external-url", f"http://127.0.0.1:{before}", "-public-host", "nowhere.invalid"]
    behind = subprocess.Popen([program, *words, "-log-level", "error"], stdout=subprocess.DEVNULL)
    try:
        async with ClientSession(auto_decompress=False) as session:
            for _ in range(200):
                try:
                    async with session.get(f"http://127.0.0.1:{port}/storage/v1/b"):
                        break
                except OSError:
                    await asyncio.sleep(0.05)
            runner = web.ServerRunner(web.Server(Server(f"http://127.0.0.1:{port}", session).answer))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", before).start()
            sys.stdout.write(f"{before}\n")
            sys.stdout.flush()
            await asyncio.to_thread(sys.stdin.read)
    finally:
        behind.kill()
        behind.wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
