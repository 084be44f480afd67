"""A Prefect server of the user's that goes away in the middle of a run."""

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tests.flows.conftest import page, put_page
from tests.flows.processes import eventually

ROOT = Path(__file__).parents[3]
PAGES = 200


class Way:
    """A way to a server, on a port of its own, until it is closed: then the port refuses, and what was open ends."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                here, _ = self._listener.accept()
                there = socket.create_connection(self._target)
            except OSError:
                return
            self._open += [here, there]
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):  # either end may go first
            while some := source.recv(1 << 16):
                sink.sendall(some)
        for end in (source, sink):
            end.close()

    def close(self) -> None:
        self._closed = True
        for one in (self._listener, *self._open):
            with suppress(OSError):  # it ended already
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def test_a_run_whose_server_goes_away_ends_with_one_line_and_the_next_one_goes_on(
    tmp_path: Path, prefect_api: str
) -> None:
    pages, data = tmp_path / "pages", tmp_path / "data"
    pages.mkdir()
    for number in range(PAGES):
        text = page("tram", more="".join(f"<p>Stop {stop} of line {number} opens.</p>" for stop in range(60)))
        put_page(pages, f"tram-{number}", text, f"https://times.example.com/2026/03/tram-line-{number}.html")
    url = urlsplit(prefect_api)
    assert url.hostname
    assert url.port
    way = Way(url.hostname, url.port)
    words = [sys.executable, "-m", "flows", "run", str(pages), "--data", str(data), "--workers", "2"]
    # Prefect asks again for minutes before it gives up: here it asks once.
    lost = os.environ | {"PREFECT_API_URL": f"http://127.0.0.1:{way.port}/api", "PREFECT_CLIENT_MAX_RETRIES": "0"}
    run = subprocess.Popen(words, cwd=ROOT, env=lost, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert eventually(lambda: list((data / "work").glob("*/shard-*/worker.log")) or run.poll() is not None)
        # The shards begin before the server is asked whether it answers: it is to be lost after that.
        assert eventually(
            lambda: "for flow 'ingest'" in (data / "broadsheet.log").read_text() or run.poll() is not None
        )
        assert run.poll() is None
        way.close()
        out, err = run.communicate(timeout=300)
    finally:
        way.close()
        if run.poll() is None:
            run.kill()
            run.communicate()
    assert (run.returncode, out) == (1, "")
    told = [line for line in err.splitlines() if not line.startswith(("Start", "Plan", "Read", "Dedup", "Commit"))]
    assert len(told) == 1, err
    assert told[0].startswith("broadsheet: the flow engine's server does not answer (")
    assert "what was done is kept" in told[0]

    again = subprocess.run(
        [*words, "--json", "--quiet"],
        cwd=ROOT,
        env=os.environ | {"PREFECT_API_URL": prefect_api},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(again.stdout)
    # All pages were in the store before the run had to ask the server again: none is read twice.
    assert (report["files_known"], report["funnel"]["read"]) == (PAGES, 0)
    assert report["release"]
    assert not list((data / "work").iterdir())
