"""What deduplication costs and finds. ``python bench/deduplication.py [--quick] [PART...]``.

Parts: fingerprints, recall, families, templates, traps, million, shared, candidates, store. Each runs in a process
of its own, so that its peak memory is its own. ``--quick`` takes a twentieth of the documents. The store of
5 million needs 15 GB of disk below ``--work`` and about ten CPU-minutes to make; it is removed after unless
``--keep``. CPU seconds are those of all threads; memory is the process's peak, libraries and all.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Thread pools are sized when the libraries load.
os.environ.setdefault("POLARS_MAX_THREADS", "2")

import crowd
import families
import numpy as np
import polars as pl
import pyarrow.parquet as pq

from tasks.deduplication import MATCH_EDGES, Thresholds, find_edges, fingerprint, place, sort_out
from tasks.deduplication.candidates import Candidates, pairs_with_known, pairs_within
from tasks.deduplication.fingerprints import signature_rows
from tasks.deduplication.outcomes import count_copies
from tasks.deduplication.passing import PASSING, completed, completion, pass_on, pieces_of
from tasks.deduplication.questions import Questions
from tasks.deduplication.shingles import shingle_sets
from tasks.deduplication.verification import Pairs
from tasks.schema.tables import BAND_COLUMNS
from tasks.shard.comparing import (
    Compared,
    CompareJob,
    answer_jobs,
    answered_by,
    found_by,
    run_compare_job,
    search_jobs,
)
from tasks.store import Store

COPIES_A_RUN = 0.2
RUN_ROWS = 250_000
RECENT = 100_000
REAL_IN_A_RUN = 2_000
# The first turn reads the stores from the disk, and other guests of the machine take their share.
TURNS = 3
SEEDS = (families.SEED, 20270101, 7)


class Measured:
    """CPU seconds, and the peak of the process's memory in MB, of a ``with`` block."""

    def __enter__(self) -> Measured:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from here
        self.start = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu = time.process_time() - self.start
        status = Path("/proc/self/status").read_text()
        self.peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def row(figure: str, ours: str, peer: str = "", reach: str = "") -> None:
    """One line of the table."""
    print(f"{figure:<62} {ours:<26} {peer:<44} {reach}", flush=True)


def documents_of(collection: families.Collection) -> pl.DataFrame:
    """The collection as a shard's worker hands it on."""
    url = pl.format("https://{}/{}", pl.col("domain"), pl.col("number"))
    frame = pl.DataFrame({"text": collection.texts, "domain": collection.sites}).with_row_index("number")
    start = pl.lit(crowd.DAY)
    return fingerprint(
        frame.with_columns(url=url).select(
            "text",
            "domain",
            "url",
            document_id=crowd.uuid_of(pl.col("url") + "#"),
            article_id=crowd.uuid_of(pl.col("url")),
            text_sha256=crowd.sha256(pl.col("text")),
            published_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")),
            retrieved_at=start + pl.duration(minutes=pl.col("number")),
            ingested_at=start,
        )
    )


def with_edges(new: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    joined = new.join(edges, on="document_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("match_edges").fill_null(pl.lit([], dtype=MATCH_EDGES)))


def fingerprints(_: Path, __: bool) -> None:
    """Text to signature and bands, beside datasketch on the same shingles."""
    import datasketch

    prose = crowd.Prose(families.prose())
    numbers = np.arange(20_000)
    frame = crowd.documents(prose, numbers, numbers, 0).select("text", "text_sha256")
    fingerprint(frame.head(100))
    with Measured() as ours:
        fingerprint(frame)
    texts = frame["text"].head(500).to_list()
    with Measured() as theirs:
        for text in texts:
            words = re.findall(r"\w+", text.lower())
            sketch = datasketch.MinHash(num_perm=256)
            sketch.update_batch([" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)])
    ours_rate, rate = len(frame) / ours.cpu, len(texts) / theirs.cpu
    row(
        "fingerprints: documents of 570 words a CPU-s",
        f"{ours_rate:,.0f}",
        f"datasketch {datasketch.__version__}: {rate:,.0f} ({ours_rate / rate:.1f}x)",
        ">= 10,000 and >= 5x",
    )


def recall(_: Path, __: bool) -> None:
    """Which pairs with a true Jaccard similarity of 0.7 and more share a band."""
    import datasketch

    texts = families.prose()
    made = families.families(texts, copies=(4, 6, 8))
    frame = documents_of(made)
    sets = [sets[one] for sets in shingle_sets(frame["text"]) for one in range(len(sets))]
    true: dict[tuple[int, int], float] = {}
    by_family: dict[int, list[int]] = {}
    for number, family in enumerate(made.families):
        by_family.setdefault(family, []).append(number)
    for members in by_family.values():
        for place_of_later, later in enumerate(members):
            for earlier in members[:place_of_later]:
                both = len(np.intersect1d(sets[later], sets[earlier], assume_unique=True))
                true[later, earlier] = both / (len(sets[later]) + len(sets[earlier]) - both)
    later, earlier = pairs_within((frame[band].to_numpy() for band in BAND_COLUMNS), np.arange(len(frame)))
    found = set(zip(later.tolist(), earlier.tolist(), strict=True))
    lsh = datasketch.MinHashLSH(threshold=0.7, num_perm=256)
    theirs = set()
    for number, shingles in enumerate(sets):
        sketch = datasketch.MinHash(num_perm=256, hashfunc=int)
        sketch.update_batch(shingles.tolist())
        theirs |= {(number, other) for other in lsh.query(sketch)}
        lsh.insert(number, sketch)
    for low, high, reach in ((0.7, 1.01, ">= 0.99"), (0.5, 0.7, ""), (0.3, 0.5, "")):
        wanted = [pair for pair, similarity in true.items() if low <= similarity < high]
        ours, peer = (sum(pair in pairs for pair in wanted) / len(wanted) for pairs in (found, theirs))
        row(
            f"candidate recall, Jaccard {low} to {min(high, 1):.1f}: {len(wanted):,} pairs",
            f"{ours:.4f}",
            f"datasketch MinHashLSH(0.7): {peer:.4f}",
            reach,
        )


def scores(true: list[int], placements: pl.DataFrame) -> tuple[float, float, float]:
    """Pair precision, pair recall and adjusted Rand index of the clusters."""
    found = placements["cluster_id"].to_list()

    def pairs(groups: Counter[object]) -> float:
        return sum(size * (size - 1) / 2 for size in groups.values())

    both, one, other = pairs(Counter(zip(true, found, strict=True))), pairs(Counter(true)), pairs(Counter(found))
    expected = one * other / (len(true) * (len(true) - 1) / 2)
    return both / max(other, 1), both / max(one, 1), (both - expected) / ((one + other) / 2 - expected)


def family_scores(_: Path, __: bool) -> None:
    """Families of edited copies: precision, recall and adjusted Rand index of the clusters."""
    texts = families.prose()
    naive = Thresholds(similarity=0.7, containment=2.0)
    chosen = {"defaults": Thresholds(), "Jaccard >= 0.5": Thresholds(similarity=0.5), "Jaccard alone": naive}
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in chosen}
    for seed in SEEDS:
        made = families.families(texts, seed=seed)
        frame = documents_of(made)
        full = with_edges(frame, find_edges(frame.lazy(), None)).lazy()
        for name, thresholds in chosen.items():
            found[name].append(scores(made.families, place(full, thresholds)))
    least = {name: [min(of_seeds) for of_seeds in zip(*found[name], strict=True)] for name in chosen}
    for name in ("defaults", "Jaccard >= 0.5"):
        precision, recalled, index = least[name]
        row(
            f"families, {name}, least of {len(SEEDS)} seeds: pair precision, ARI",
            f"{precision:.4f}, {index:.4f}",
            f"recall {recalled:.3f}; Jaccard >= 0.7 alone: ARI {least['Jaccard alone'][2]:.3f}",
            ">= 0.995, >= 0.95",
        )
    print(
        "  ARI by seed:", ", ".join(f"{index:.4f}" for _, _, index in found["defaults"]), f"({len(frame):,} documents)"
    )
    placements = place(full)
    truth = pl.Series("family", made.families)
    home = (
        placements.with_columns(truth).group_by("family").agg(pl.col("cluster_id").mode().sort().first().alias("home"))
    )
    lost = placements.with_columns(truth, edit=pl.Series(made.edits)).join(home, on="family")
    lost = lost.group_by("edit").agg(pl.len(), lost=(pl.col("cluster_id") != pl.col("home")).sum()).sort("edit")
    print("  outside their family:", ", ".join(f"{edit} {n} of {all_}" for edit, all_, n in lost.iter_rows()))


def templates(_: Path, __: bool) -> None:
    """Unrelated pages of one template: false copies."""
    texts = families.prose()
    for pages in (100, 12, 5):
        false, unseen = [], []
        for seed in SEEDS:
            frame = documents_of(families.templates(texts, pages=pages, seed=seed))
            blind = frame.with_columns(domain=pl.col("url"))  # every page a site of its own: no boilerplate is seen
            for documents, counts in ((frame, false), (blind, unseen)):
                placements = place(with_edges(documents, find_edges(documents.lazy(), None)).lazy())
                counts.append(placements.filter(pl.col("table") == "copies").height)
        row(
            f"unrelated pages of 20 templates, {pages} pages each: false copies",
            f"{max(false)} of {len(frame):,} (most of {len(SEEDS)} seeds)",
            f"sites not told apart: {max(unseen):,}",
            "0" if pages == 100 else "",
        )


def traps(_: Path, quick: bool) -> None:
    """One footer on 50,000 pages; a chain of 200,000 texts, each almost like the one before it."""
    prose = crowd.Prose(families.prose())
    size = 5_000 if quick else 50_000
    numbers = np.arange(size)
    words = prose.stretch(numbers)
    words[:, 170:] = words[0, 170:]  # 400 words of footer below 170 of its own
    made = families.Collection()
    made.texts = prose.texts(words, np.full(size, crowd.WORDS)).to_list()
    made.sites = ["one.example"] * size
    frame = documents_of(made)
    del made
    with Measured() as measured:
        edges = find_edges(frame.lazy(), None)
    row(
        f"one footer of 400 words on {size:,} pages of 570: edges",
        f"{edges.height} ({measured.cpu:.1f} CPU-s, {measured.peak:,.0f} MB)",
        f"all pairs: {size * (size - 1) // 2:,}",
        "does not explode, merges none",
    )
    links = 20_000 if quick else 200_000
    line = prose.stretch(np.arange(links * 5 // crowd.WORDS + 100)).ravel()
    chain = np.lib.stride_tricks.sliding_window_view(line, 120)[: links * 5 : 5]
    made = families.Collection()
    made.texts = prose.texts(chain, np.full(links, 120)).to_list()
    made.sites = [f"site-{number % 5000}.example" for number in range(links)]
    frame = documents_of(made)
    del made
    with Measured() as measured:
        edges = find_edges(frame.lazy(), None)
    full = with_edges(
        frame.select(
            "document_id", "article_id", "published_at", "retrieved_at", "ingested_at", "shingle_count", "signature"
        ),
        edges,
    )
    with Measured() as placing:
        placements = place(full.lazy())
    row(
        f"a chain of {links:,} texts of 120 words: edges, place",
        f"{measured.cpu:.1f} + {placing.cpu:.1f} CPU-s",
        f"{placements['cluster_id'].n_unique()} cluster, {placements['joined_through'].count():,} through others",
        "does not hang",
    )


def prepare_million(work: Path, quick: bool) -> None:
    """A run: seven tenths unrelated, a tenth originals, two tenths their copies; as a run passes them on."""
    size = 50_000 if quick else 1_000_000
    prose = crowd.Prose(families.prose())
    pool = fingerprint(crowd.documents(prose, np.arange(10_000) + 10**9, np.arange(10_000) + 10**9, 0))
    folder, beside = work / "million", work / "million-unfinished"
    if folder.exists():
        return
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for first in range(0, size, 10_000):
        numbers = np.arange(first, first + 10_000)
        originals, copies = numbers[:1000], numbers[1000:3000]
        real = np.concatenate([originals, copies])
        sources = np.concatenate([originals, originals[(copies * 7919) % len(originals)]])
        rows = [fingerprint(crowd.documents(prose, real, sources, 0)), crowd.filler(pool, numbers[3000:], 0)]
        pl.concat([one.select(list(crowd.DOCUMENTS)) for one in rows]).write_parquet(
            beside / f"{first:08}.parquet", row_group_size=2000, **PASSING
        )
    beside.rename(folder)


def million(work: Path, _: bool) -> None:
    """One million documents at once: pairs and clusters."""
    import datasketch

    run = pl.scan_parquet(work / "million" / "*.parquet")
    with Measured() as pairs:
        edges = find_edges(run, None)
    with Measured() as clusters:
        placements = place(
            run.drop("match_edges").join(edges.lazy(), on="document_id", how="left", maintain_order="left")
        )
    size = placements.height
    few = run.filter(pl.col("signature").is_not_null()).select("signature").head(5000).collect()
    lsh = datasketch.MinHashLSH(threshold=0.7, num_perm=256)
    with Measured() as theirs:
        for number, values in enumerate(signature_rows(few["signature"])):
            sketch = datasketch.MinHash(num_perm=256, hashvalues=values.astype(np.uint64), scheme="legacy")
            lsh.query(sketch)
            lsh.insert(number, sketch)
    recomputed = edges.explode("match_edges").select(pl.col("match_edges").struct.field("recomputed").sum()).item()
    count = edges["match_edges"].list.len().sum()
    row(
        f"{size:,} documents at once: pairs + clusters",
        f"{pairs.cpu:.1f} + {clusters.cpu:.1f} CPU-s, {max(pairs.peak, clusters.peak):,.0f} MB",
        f"datasketch LSH alone: {theirs.cpu / len(few) * size:,.0f} CPU-s",
        "<= 15 CPU-s, <= 1,500 MB",
    )
    copies = placements.filter(pl.col("table") == "copies").height
    print(f"  {count:,} edges ({recomputed:,} counted from the texts), {copies:,} copies of {size * 2 // 10:,}")


class TwoWorkers:
    """The comparison shared as ``flows.ingesting.comparing`` shares it, by two child processes."""

    def __init__(self, compared: Compared) -> None:
        self.compared = compared

    def search(self, numbers: np.ndarray) -> Candidates:
        """Half of the bands each."""
        return found_by(self._run(search_jobs(self.compared, numbers, BAND_COLUMNS, 2)))

    def answer(self, questions: Questions) -> Pairs:
        """Half of the pairs each."""
        return answered_by(self._run(answer_jobs(self.compared, questions, 2)))

    def _run(self, jobs: list[CompareJob]) -> list[CompareJob]:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run_compare_job, jobs))
        return jobs


def shared(work: Path, _: bool) -> None:
    """One million documents compared by one process, and by two more that share the work."""
    run = pl.scan_parquet(work / "million" / "*.parquet")
    compared = Compared(work / "million", str(work / "no-store"), None, work / "comparison")
    found, seconds, own = [], [], []
    for workers in (None, TwoWorkers(compared)):
        start = time.monotonic()
        with Measured() as measured:
            found.append(find_edges(run, None, (), workers))
        seconds.append(time.monotonic() - start)
        own.append(measured.cpu)
    shutil.rmtree(compared.folder)
    assert found[0].equals(found[1])
    row(
        f"{run.select(pl.len()).collect().item():,} documents compared by two workers: the same edges",
        f"{seconds[1]:.1f} s ({own[1]:.1f} CPU-s not shared)",
        f"by one process: {seconds[0]:.1f} s ({own[0]:.1f} CPU-s)",
    )


def prepare_store(work: Path, quick: bool) -> None:
    """Two stores, each of which ends with the same real documents, and a run for each with copies of its documents."""
    small, large = (10_000, 250_000) if quick else (100_000, 5_000_000)
    prose = crowd.Prose(families.prose())
    pool = fingerprint(crowd.documents(prose, np.arange(10_000) + 10**9, np.arange(10_000) + 10**9, 0))
    for total in (small, large):
        if (work / f"store-{total}" / "bands.parquet").exists():
            continue
        _make_store(work / f"store-{total}", prose, pool, total)
        draw = np.random.default_rng(families.SEED)
        numbers = np.arange(10**8, 10**8 + small // 2)
        recent = total - 1 - draw.integers(0, min(RECENT, total), len(numbers))
        old = draw.integers(0, -(-total // RUN_ROWS), len(numbers)) * RUN_ROWS + draw.integers(
            0, min(REAL_IN_A_RUN, total), len(numbers)
        )
        copied = np.where(draw.random(len(numbers)) < 0.67, recent, np.minimum(old, total - 1))
        sources = np.where(draw.random(len(numbers)) < COPIES_A_RUN, copied, numbers)
        new = crowd.documents(prose, numbers, sources, 30)
        new.write_parquet(work / f"store-{total}" / "new.parquet")
        fingerprint(new).select(BAND_COLUMNS).write_parquet(work / f"store-{total}" / "bands.parquet")


def _make_store(folder: Path, prose: crowd.Prose, pool: pl.DataFrame, total: int) -> None:
    store, parts = Store(folder), folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    for run, start in enumerate(range(0, total, RUN_ROWS)):
        if store.has_run(f"run-{run}"):
            continue
        files = []
        for first in range(start, min(start + RUN_ROWS, total), 10_000):
            numbers = np.arange(first, min(first + 10_000, total))
            real = (numbers >= total - RECENT) | (numbers < start + REAL_IN_A_RUN)
            made = []
            if real.any():
                made.append(fingerprint(crowd.documents(prose, numbers[real], numbers[real], run)))
            if not real.all():
                made.append(crowd.filler(pool, numbers[~real], run))
            files.append(parts / f"{first}.parquet")
            pl.concat([one.select(list(crowd.DOCUMENTS)) for one in made]).write_parquet(files[-1], compression="lz4")
        store.append(f"run-{run}", files, [], {})
        for file in files:
            file.unlink()


def store(work: Path, quick: bool) -> None:
    """A run of 50,000 against a small store and a large one, in turns: the least of each is what the work costs."""
    sizes = (10_000, 250_000) if quick else (100_000, 5_000_000)
    turns = [[_ingest(work / f"store-{total}", total) for total in sizes] for _ in range(TURNS)]
    costs = [min(turn[place] for turn in turns) for place in range(len(sizes))]
    row(
        f"the run's cost, from {sizes[0]:,} to {sizes[1]:,} documents in the store",
        f"{costs[1] / costs[0]:.2f}x",
        f"{costs[0]:.1f} and {costs[1]:.1f} CPU-s, least of {TURNS}",
        "<= 1.5x",
    )


def candidates(work: Path, quick: bool) -> None:
    """Only the search for candidates, in a process that holds nothing else."""
    total = 250_000 if quick else 5_000_000
    (known, _), bands = (
        _known(work / f"store-{total}", total),
        pl.read_parquet(work / f"store-{total}" / "bands.parquet"),
    )
    with Measured() as ours:
        pairs = pairs_with_known(known, bands, np.arange(len(bands)))
    with Measured() as peer:
        for band in BAND_COLUMNS:
            values = pl.LazyFrame({band: bands[band], "new": np.arange(len(bands))})
            known.select(band).with_row_index().join(values, on=band).collect(engine="streaming")
    row(
        f"{len(bands):,} new against {total:,} known: candidates",
        f"{ours.cpu:.2f} CPU-s, {ours.peak:,.0f} MB",
        f"33 streaming joins: {peer.cpu:.2f} CPU-s, {peer.peak:,.0f} MB",
        "<= 2 CPU-s, <= 500 MB",
    )
    print(f"  {len(pairs[0]):,} pairs")


def _known(folder: Path, total: int) -> tuple[pl.LazyFrame, list[Path]]:
    """The store as it was made, whatever was committed since, and its files."""
    opened = Store(folder)
    version = opened.version(-(-total // RUN_ROWS) - 1)
    return opened.documents(version), opened.files(version)


def _ingest(folder: Path, total: int) -> float:
    """All steps of a run, each with its cost; returns their sum."""
    known, files = _known(folder, total)
    frame = pl.read_parquet(folder / "new.parquet")
    with Measured() as printing:
        frame = fingerprint(frame)
    size = len(frame)
    frame.select(list(crowd.DOCUMENTS)).write_parquet(folder / "fingerprinted.parquet", row_group_size=2000)
    del frame
    accepted, missing = folder / "accepted.parquet", folder / "completion.parquet"
    with Measured() as sorting:
        arrivals = sort_out(pl.scan_parquet(folder / "fingerprinted.parquet"), known)
        fingerprinted = folder / "fingerprinted.parquet"
        pass_on(arrivals.accepted(pieces_of([fingerprinted])), pq.read_schema(fingerprinted), accepted)
    with Measured() as matching:
        edges = find_edges(pl.scan_parquet(accepted), known, files)
    with Measured() as committing:
        completion(pl.scan_parquet(accepted), edges).write_parquet(missing, **PASSING)
        Store(folder).append(f"run-{time.time_ns()}", completed(accepted, missing), [], {})
        copies = count_copies(arrivals.outcomes.filter(pl.col("outcome") == "new")["document_id"], edges)
    steps = {"fingerprint": printing, "sort_out": sorting, "find_edges": matching, "commit": committing}
    print(f"  {size:,} new against {total:,}: {copies:,} copies found of {size * COPIES_A_RUN:,.0f}")
    print("  " + ", ".join(f"{name} {step.cpu:.1f} CPU-s {step.peak:,.0f} MB" for name, step in steps.items()))
    with Measured() as placing:
        placements = place(known)
    print(
        f"  place, when a release is made: {placing.cpu:.1f} CPU-s, {placing.peak:,.0f} MB, {placements.height:,} rows"
    )
    return sum(step.cpu for step in steps.values())


PARTS = {
    "fingerprints": (fingerprints, None),
    "recall": (recall, None),
    "families": (family_scores, None),
    "templates": (templates, None),
    "traps": (traps, None),
    "million": (million, prepare_million),
    "shared": (shared, prepare_million),
    "candidates": (candidates, prepare_store),
    "store": (store, prepare_store),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them by default")
    parser.add_argument("--quick", action="store_true", help="smaller collections")
    parser.add_argument("--work", type=Path, help="a folder for the store; a temporary one by default")
    parser.add_argument("--keep", action="store_true", help="leave what was made in --work")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not families.prose():
        print("skipped: ../shared/eval/dev is not here, and texts of random words would flatter every method")
        return 0
    if options.step:
        name, step = json.loads(options.step)
        PARTS[name][step](options.work, options.quick)
        return 0
    work = options.work or Path(tempfile.mkdtemp(prefix="deduplication-"))
    work.mkdir(parents=True, exist_ok=True)
    row("figure", "ours", "peer or bound", "reach")
    failed = 0
    try:
        for name in options.parts or PARTS:
            for step in (1, 0):
                if PARTS[name][step] is not None:
                    command = [sys.executable, __file__, "--work", str(work), "--step", json.dumps([name, step])]
                    failed += subprocess.run(command + ["--quick"] * options.quick, check=False).returncode != 0
    finally:
        if not options.keep:
            for made in (
                "million",
                "million-unfinished",
                "store-10000",
                "store-100000",
                "store-250000",
                "store-5000000",
            ):
                shutil.rmtree(work / made, ignore_errors=True)
        if not options.work:
            shutil.rmtree(work)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
