"""What is begun while the engine starts is what the flow would begin, and the flow takes it over."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.ingest import extract_shard, plan_ingest
from flows.ingesting import head_start
from flows.ingesting.inputs import open_inputs
from flows.ingesting.planning import make_plan
from flows.options import IngestOptions
from flows.showing.display import Step
from flows.showing.tally import Tally
from tasks.shard import Counts, Plan, ShardFailedError, ShardJob, run_shard
from tasks.shard.job import Journal
from tasks.sources import Input
from tests.flows.conftest import page, put_page
from tests.flows.processes import eventually


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    head_start.end()


def options(tmp_path: Path) -> IngestOptions:
    return IngestOptions(data=tmp_path / "data", workers=2)


def begun(site: Path, options: IngestOptions) -> tuple[list[Input], head_start.HeadStart]:
    found = open_inputs((str(site),), options)
    head_start.begin(found, found, options)
    under_way = head_start.current()
    assert under_way is not None
    return found, under_way


def extracted(plan: Plan, job: ShardJob) -> Counts:
    return extract_shard.fn(job, Tally(Step("Read and extract"), plan))


def no_disk(*_: object, **__: object) -> Counts:
    raise ShardFailedError("no disk")


def test_a_run_takes_over_the_plan_and_the_shards_that_are_under_way(site: Path, tmp_path: Path) -> None:
    found, under_way = begun(site, options(tmp_path))
    plan = plan_ingest.fn(found, found, options(tmp_path))
    assert plan is under_way.plan
    (job,) = plan.jobs
    assert extracted(plan, job) == Counts(read=4, documents=3, rejects=1)
    assert Journal.read(job.folder).done


def test_a_run_of_other_inputs_plans_anew_and_ends_what_was_begun(site: Path, tmp_path: Path) -> None:
    found, under_way = begun(site, options(tmp_path))
    put_page(site, "tram", page("tram"), "https://times.example.com/local/2026/03/tram-line.html")
    more = open_inputs((str(site),), options(tmp_path))
    plan = plan_ingest.fn(more, more, options(tmp_path))
    assert plan is not under_way.plan
    assert head_start.current() is None
    (job,) = plan.jobs
    assert extracted(plan, job) == Counts(read=5, documents=4, rejects=1)
    plan.lock.release()
    again = make_plan(found, found, options(tmp_path))  # nobody holds the folder of what was begun
    again.lock.release()


def test_what_cannot_be_planned_is_left_to_the_flow(site: Path, tmp_path: Path) -> None:
    found = open_inputs((str(site),), options(tmp_path))
    other = make_plan(found, found, options(tmp_path))  # the same run, at work in another process
    head_start.begin(found, found, options(tmp_path))
    assert head_start.current() is None
    other.lock.release()


def test_a_shard_that_failed_before_its_task_began_fails_it_once_and_is_tried_again(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[ShardJob] = []

    def fails_once(job: ShardJob, *others: Any, **named: Any) -> Counts:
        if not failed:
            failed.append(job)
            raise ShardFailedError("the disk was away")
        return run_shard(job, *others, **named)

    monkeypatch.setattr(head_start, "run_shard", fails_once)
    found, _ = begun(site, options(tmp_path))
    plan = plan_ingest.fn(found, found, options(tmp_path))
    (job,) = plan.jobs
    with pytest.raises(ShardFailedError, match="the disk was away"):
        extracted(plan, job)
    assert extracted(plan, job).read == 4


def test_what_nobody_takes_over_is_ended_without_a_word_against_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for number in range(600):
        more = "".join(f"<p>Stop {stop} of line {number} opens.</p>" for stop in range(60))
        put_page(folder, f"tram-{number}", page("tram", more=more), f"https://times.example.com/tram-{number}.html")
    found, under_way = begun(folder, options(tmp_path))
    # One batch is on disk, and the next is under way.
    assert eventually(lambda: any(job.folder.joinpath("journal.json").exists() for job in under_way.plan.jobs))
    head_start.end()
    journals = [Journal.read(job.folder) for job in under_way.plan.jobs]
    assert not any(journal.suspects or journal.culprits or journal.left_out for journal in journals)
    plan = plan_ingest.fn(found, found, options(tmp_path))
    assert plan.resumed
    assert sum(extracted(plan, job).read for job in plan.jobs) == 600
    plan.lock.release()


def test_no_more_shards_begin_than_there_are_workers_and_none_once_the_flow_took_over(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[Path] = []
    both, go_on = threading.Barrier(3), threading.Event()

    def wait_for_the_flow(job: ShardJob, _: head_start.OnCounts, *, keep_worker: bool) -> Counts:
        began.append(job.folder)
        both.wait(60)
        go_on.wait(60)
        return Counts(read=1)

    monkeypatch.setattr(head_start, "run_shard", wait_for_the_flow)
    found = open_inputs((str(site),), options(tmp_path))
    plan = make_plan(found, found, options(tmp_path))
    jobs = tuple(replace(plan.jobs[0], folder=plan.folder / f"shard-{number}") for number in range(5))
    under_way = head_start.HeadStart(replace(plan, jobs=jobs), found, options(tmp_path), 0.0)
    both.wait(60)
    under_way.take_over()
    go_on.set()
    under_way.end()
    assert set(began) == {jobs[0].folder, jobs[1].folder}
    plan.lock.release()


def test_of_a_head_start_that_came_to_nothing_nothing_stays(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_start, "run_shard", no_disk)
    _, under_way = begun(site, options(tmp_path))
    assert under_way.plan.folder.exists()
    head_start.end()
    assert not list((tmp_path / "data" / "work").iterdir())


def test_an_interrupted_run_that_came_to_nothing_again_keeps_its_id(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_start, "run_shard", no_disk)
    found = open_inputs((str(site),), options(tmp_path))
    killed = make_plan(found, found, options(tmp_path))
    killed.lock.release()
    _, under_way = begun(site, options(tmp_path))
    assert under_way.plan.run_id == killed.run_id
    head_start.end()
    again = make_plan(found, found, options(tmp_path))
    again.lock.release()
    assert (again.resumed, again.run_id) == (True, killed.run_id)


def test_what_a_head_start_did_stays_for_the_next_run(site: Path, tmp_path: Path) -> None:
    found, under_way = begun(site, options(tmp_path))
    (job,) = under_way.plan.jobs
    assert eventually(lambda: Journal.read(job.folder).done)
    head_start.end()
    resumed = make_plan(found, found, options(tmp_path))
    resumed.lock.release()
    assert (resumed.resumed, resumed.run_id) == (True, under_way.plan.run_id)


def test_a_plan_that_was_carried_out_is_left_alone_at_the_end(site: Path, tmp_path: Path) -> None:
    found, under_way = begun(site, options(tmp_path))
    under_way.plan.clear()
    again = make_plan(found, found, options(tmp_path))  # another run has the folder now
    head_start.end()
    assert again.folder.exists()
    again.lock.release()
