"""What is looked at before a byline's pattern leaves out nothing that the pattern would find."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.extraction.visible import byline_texts
from tasks.values.byline_words import LEAD_INS

LEADS = (*byline_texts._PREFIXES.split("|"), *byline_texts._LEADING.split("|"), *LEAD_INS, "本报记者 ", "记者 ", "on ")
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(LEADS),
        st.sampled_from(LEADS).map(str.upper),
        st.sampled_from(LEADS).map(str.title),
        st.sampled_from([" ", ": ", "：", "Ada Marlow", "3 May 2021", "٣", "\u212a", "\u017f", "ı"]),
        st.text(max_size=3),
    ),
    max_size=5,
).map("".join)


def test_each_word_that_leads_a_byline_in_is_met() -> None:
    for lead in LEADS[:-1]:
        for text in (f"{lead.strip()}: Ada Marlow", f"{lead.strip().upper()}: Ada Marlow"):
            assert (byline_texts.by(text) is None) == (byline_texts.BY.match(text) is None)
    assert all(byline_texts.by(f"{lead}: Ada Marlow") for lead in LEAD_INS if not lead.endswith(":"))


@settings(max_examples=1000)
@given(TEXTS)
def test_a_byline_is_found_as_by_the_patterns_alone(text: str) -> None:
    for found, expected in (
        (byline_texts.by(text), byline_texts.BY.match(text)),
        (byline_texts.dated_by(text), byline_texts._DATED_BY.match(text)),
    ):
        assert (found and found.span(1)) == (expected and expected.span(1))
