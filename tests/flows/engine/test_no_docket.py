"""Prefect's server loads and answers without docket, which only its background worker works with."""

import ast
import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import prefect.server

from flows.engine.no_docket import NAMES, Unused

ROOT = Path(__file__).parents[3]
SERVER = Path(str(prefect.server.__file__)).parent

# As the embedded server: its API asked once, through the whole application, without a port.
ANSWERED = """
import asyncio, json, os, sys
from pathlib import Path
from flows.engine.no_docket import leave_docket_out
from flows.engine.embedded import _no_background_worker, _set_database
_set_database(Path(sys.argv[1]) / "prefect.db")
os.environ["PREFECT_API_DATABASE_MIGRATE_ON_START"] = "false"
leave_docket_out()
import httpx, prefect.context
prefect.context.refresh_global_settings_context()
from prefect.server.api import server
vars(server)["background_worker"] = _no_background_worker
app = server.create_app(ephemeral=True)

async def ask():
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here/api") as client:
            flow = (await client.post("/flows/", json={"name": "f"})).json()["id"]
            made = (await client.post("/flow_runs/", json={"flow_id": flow})).json()["id"]
            state = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": True}
            accepted = (await client.post(f"/flow_runs/{made}/set_state", json=state)).json()["status"]
            deleted = (await client.delete(f"/flow_runs/{made}")).status_code
            gone = (await client.get(f"/flow_runs/{made}")).status_code
            return accepted, deleted, gone

told = asyncio.run(ask())
json.dump([told, sorted({"beartype", "redis", "key_value"} & set(sys.modules))], sys.stdout)
"""


def test_every_name_that_prefects_server_takes_from_docket_is_there() -> None:
    taken: dict[str, set[str]] = {}
    for file in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "docket":
                taken.setdefault(node.module, set()).update(name.name for name in node.names)
    assert {module: set(names) for module, names in NAMES.items()} == taken


def test_a_server_without_docket_answers_and_loads_nothing_of_what_docket_brings(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    words = [sys.executable, "-c", ANSWERED, str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["ACCEPT", 204, 404], []]


def test_a_task_that_is_added_is_dropped() -> None:
    async def add() -> None:
        async with Unused(name="queue") as docket:
            await docket.add(print, key="a")("not printed")
            await docket.replace(print, key="a", when=None)("not printed")

    asyncio.run(add())
