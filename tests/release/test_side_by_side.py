"""What several threads make of a release is all there, in order, or its failure is told."""

import threading
from functools import partial

import pytest

from tasks.release import side_by_side
from tasks.release.side_by_side import SideBySide, each


def test_what_is_made_of_each_item_comes_in_the_order_of_the_items() -> None:
    assert each(str, range(50)) == [str(number) for number in range(50)]


def test_all_that_was_begun_is_done_when_it_was_waited_for() -> None:
    done, told = set[int](), list[int]()
    with SideBySide() as writing:
        for number in range(50):
            writing.begin(partial(done.add, number), partial(told.append, number))
        writing.wait()
        assert done == set(range(50))
        assert told == list(range(50))


@pytest.mark.parametrize("processors", [1, 2, 4])
def test_a_failure_is_told_and_no_thread_goes_on_after_it(processors: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "thread_count", lambda: processors)
    before = threading.active_count()

    def fail() -> None:
        raise OSError("the disk is full")

    def write() -> None:
        with SideBySide() as writing:
            writing.begin(fail, lambda: None)
            writing.wait()

    with pytest.raises(OSError, match="the disk is full"):
        write()
    assert threading.active_count() == before
