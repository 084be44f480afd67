"""Bylines: what stands in an author field, and the names in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.values.bylines import split_byline


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("Ada Marlow", ["Ada Marlow"]),
        ("By Ada Marlow and Jun Sato", ["Ada Marlow", "Jun Sato"]),
        ("Ada Marlow, Jun Sato & Eva Lind", ["Ada Marlow", "Jun Sato", "Eva Lind"]),
        ("Von Jan Schmidt und Petra Meier", ["Jan Schmidt", "Petra Meier"]),
        ("María de la Cruz y Juan Pérez", ["María de la Cruz", "Juan Pérez"]),
        ("Ada Marlow | Jun Sato", ["Ada Marlow", "Jun Sato"]),
        ("Ada Marlow, Political Correspondent", ["Ada Marlow"]),
        ("By Ada Marlow Senior Autos Reporter", ["Ada Marlow"]),
        ("Ada Marlow (ada@example.com)", ["Ada Marlow"]),
        ("Ada Marlow @adamarlow", ["Ada Marlow"]),
        ("Von Anna Müller, Berlin", ["Anna Müller"]),
        ("Ada Marlow, MD, PhD", ["Ada Marlow, MD, PhD"]),
        ("Ada Marlow, CEPF®", ["Ada Marlow, CEPF®"]),
        ("Ada (Reed) Marlow", ["Ada (Reed) Marlow"]),
        ("Ada Marlow (Example Press)", ["Ada Marlow"]),
        ("& Ada Marlow Writer, Hardware", ["Ada Marlow"]),
        ("Justin C. Marlow, Trial Attorney", ["Justin C. Marlow"]),
        ("Justin C. Marlow Trial Attorney", ["Justin C. Marlow"]),
        ("Ludwig van Beethoven", ["Ludwig van Beethoven"]),
        ("Di Stefano", ["Di Stefano"]),
        ("Di Marco Rossi", ["Marco Rossi"]),
        ("Ahmed bin Salman", ["Ahmed bin Salman"]),
        ("بقلم أحمد محمد", ["أحمد محمد"]),
        ("박준석 기자 외 1명", ["박준석"]),
        ("松岡大地", ["松岡大地"]),
        ("JOHN MARLOWE", ["John Marlowe"]),
        ("Health and Science Team", ["Health and Science Team"]),
        ("Text: Jonas Berg, Foto: Eva Lind", ["Jonas Berg"]),
        ("https://example.com/authors/ada-marlow", ["Ada Marlow"]),
        ("https://example.com/adamarlow", []),
        ("ada@example.com", []),
        ("admin", []),
        ("{{ author.name }}", []),
        ("page.head.extra.author", []),
        ("", []),
    ],
)
def test_a_byline_gives_its_names(raw: str, names: list[str]) -> None:
    assert [name.name for name in split_byline(raw)] == names


def test_desks_are_organisations_and_people_are_people_in_bylines() -> None:
    assert [name.type for name in split_byline("Example News Desk")] == ["Organization"]
    assert [name.type for name in split_byline("Ada Marlow")] == ["Person"]


@given(st.text(max_size=200))
def test_splitting_never_raises_and_names_are_never_empty(raw: str) -> None:
    assert all(name.name.strip() for name in split_byline(raw))


@given(
    st.lists(
        st.sampled_from(["Ada Marlow", "Jun Sato", "Eva Lind", "Petra Meier"]), min_size=1, max_size=4, unique=True
    )
)
def test_a_list_of_names_comes_back_whole(names: list[str]) -> None:
    assert [name.name for name in split_byline(", ".join(names))] == names
    assert [name.name for name in split_byline("By " + " and ".join(names))] == names


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("本报记者 王小明 李华", ["王小明", "李华"]),
        ("记者 王小明、李华", ["王小明", "李华"]),
        ("كتب: سامي الحداد", ["سامي الحداد"]),
        ("https://example.com/autori/marta-conti/", ["Marta Conti"]),
        ("https://example.com/auteurs/lea-morin", ["Lea Morin"]),
    ],
)
def test_bylines_of_other_scripts_and_profile_addresses(raw: str, names: list[str]) -> None:
    assert [name.name for name in split_byline(raw)] == names
