"""The options: what a default is said to be in several places is the same in all."""

from dataclasses import astuple

from flows.options import CopyOptions
from tasks.deduplication import COPY, EDGE, Thresholds
from tasks.release import CopyRule


def test_the_default_rule_for_copies_is_deduplications_own() -> None:
    assert CopyOptions().thresholds == COPY
    assert astuple(CopyRule()) == (COPY.similarity, COPY.containment, COPY.similarity_with_containment)


def test_no_lower_bound_can_be_asked_for_than_that_of_the_edges_the_store_keeps() -> None:
    lowest = Thresholds(similarity=0.5, containment=0.7, similarity_with_containment=0.3)
    assert lowest == EDGE
