"""An S3 server on loopback that keeps what conditional put promises: moto's, one request at a time.

Run as a process of its own: ``python -m tests.remote.conditional_server [FILE]``. It prints its port and serves until
it is ended. moto looks whether an object is there and stores it in two steps, so of two requests at once both might be
told that they were first; a lock makes it what S3 is. While FILE exists, no README.md is taken in: an upload stands
still in its middle.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def main(hold: Path | None) -> None:
    app, lock = DomainDispatcherApplication(create_backend_app), threading.Lock()

    def one_at_a_time(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].endswith("README.md"):
            while hold and hold.exists():
                time.sleep(0.05)
        with lock:
            return list(app(environ, start_response))

    server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
