import subprocess
import sys

ARRAYS = """
import resource
import numpy as np
from tasks.deduplication.heap import keep_freed_memory

def faults() -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(200):
        arrays = [np.ones(50_000) for _ in range(8)]
        del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before, kept = faults(), keep_freed_memory()
faults()
print(kept, before, faults())
"""


def test_arrays_that_follow_one_another_share_their_memory() -> None:
    done = subprocess.run([sys.executable, "-c", ARRAYS], check=True, capture_output=True, text=True)
    kept, before, after = done.stdout.split()
    assert kept == "False" or int(after) < int(before) / 4
