"""A name: what looks like one, and which one an address spells."""

from __future__ import annotations

import pytest

from tasks.values.names import in_profile_address, is_organisation, looks_like_person, name_in_address


@pytest.mark.parametrize("name", ["Ada R. Marlow", "ADA R. MARLOW", "ada r marlow"])
def test_a_profile_address_is_that_of_the_person_it_spells(name: str) -> None:
    assert in_profile_address(name, "https://essays.example.org/profiles/ada-r-marlow-309429")
    assert not in_profile_address(name, "https://essays.example.org/ada-r-marlow-309429")
    assert not in_profile_address(name, "https://essays.example.org/profiles/jun-sato")
    assert not in_profile_address(name, "https://[essays.example.org/profiles/ada-r-marlow")


def test_only_addresses_of_people_give_names() -> None:
    assert name_in_address("/autoren/petra-meier/") == "Petra Meier"
    assert name_in_address("https://example.com/tag/harbour-news") is None


def test_desks_are_organisations_and_people_are_people() -> None:
    assert is_organisation("Redaktion")
    assert looks_like_person("Ada Marlow")
    assert not looks_like_person("reporting from the harbour")
