"""The imports point one way: flows -> tasks.<stage> -> tasks.schema."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = {"sources", "extraction", "normalisation", "deduplication", "store", "release", "harvest"}
SHARED = {"schema", "page", "record", "values", "version", "storage", "loops"}
# The rooms that join stages: what happens to a shard inside one worker, and the plan of a run; and what takes pages out
# for good.
JOINS = {
    "shard": {"sources", "extraction", "normalisation", "deduplication", "store"},
    "removal": {"deduplication", "store", "release", "shard", "harvest"},
    "upkeep": {"store"},
}


def imports_of(file: Path) -> set[str]:
    """Dotted names of the modules a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names.update({node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def room_of(file: Path) -> str:
    return file.relative_to(ROOT / "tasks").parts[0].removesuffix(".py")


TASKS = sorted((ROOT / "tasks").rglob("*.py"))


@pytest.mark.parametrize("file", TASKS, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_task_imports_neither_prefect_nor_flows_nor_another_stage(file: Path) -> None:
    room = room_of(file)
    allowed = SHARED | {room} | JOINS.get(room, set()) if room not in SHARED else SHARED
    for name in imports_of(file):
        parts = name.split(".")
        assert parts[0] not in {"prefect", "flows"}, f"{file} imports {name}"
        if parts[0] == "tasks" and len(parts) > 1:
            assert parts[1] in allowed, f"{file} imports {name}"


def test_every_room_in_tasks_is_a_stage_or_shared_or_one_that_joins() -> None:
    assert {room_of(file) for file in TASKS} - {"__init__"} <= STAGES | SHARED | set(JOINS)


def test_of_the_rooms_of_flows_none_imports_one_that_imports_it() -> None:
    files = {".".join(file.relative_to(ROOT).with_suffix("").parts): file for file in (ROOT / "flows").rglob("*.py")}
    rooms = {name.split(".")[1] for name in files if name.count(".") and not name.endswith("__init__")}
    imports: dict[str, set[str]] = {room: set() for room in rooms}
    for name, file in files.items():
        parts = name.split(".")
        if len(parts) > 1 and (room := parts[1]) in rooms:
            named = {one.split(".")[1] for one in imports_of(file) if one.startswith("flows.")}
            imports[room] |= named & rooms - {room}
    assert {"commands", "ingest", "ingesting"} <= rooms
    TopologicalSorter(imports).prepare()  # raises CycleError with the rooms of a circle


@pytest.mark.parametrize("name", ["flows/__init__.py", "flows/__main__.py"])
def test_the_main_module_is_light_so_that_workers_start_without_prefect(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert not any(isinstance(node, ast.ImportFrom) for node in tree.body)
    assert top <= {"sys"}
