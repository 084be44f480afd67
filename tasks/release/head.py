"""What manifest.json says of a release before it lists the files, written and read back.

What belongs here: the facts and the selection on their way into the manifest and out of it, so that a release that is
rewritten (``rewriting``) still says what it was made from. What does not: the list of files (``manifest``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from tasks.release.error import ReleaseError
from tasks.release.facts import CopyRule, Publication, ReleaseFacts, Selection
from tasks.release.funnel import Funnel


def selection_document(selection: Selection) -> dict[str, Any]:
    """The selection as manifest.json holds it."""
    return {
        "profile": selection.profile,
        "where": selection.where,
        "languages": sorted(selection.languages),
        "since": selection.since.isoformat() if selection.since else None,
        "until": selection.until.isoformat() if selection.until else None,
        "copies": asdict(selection.copies),
    }


def head_document(  # noqa: PLR0913 - the head is made of just these
    version: str,
    facts: ReleaseFacts,
    selection: Selection,
    *,
    former: str | None,
    schema: Mapping[str, Any],
    funnel: Funnel,
    rewritten: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything of manifest.json but the files. ``rewritten`` has an entry for each removal, oldest first."""
    head = {
        "release": version,
        "published_on": facts.published_on.isoformat(),
        "former_release": former,
        "schema": {name: schema[name] for name in ("version", "profile", "fingerprint")},
        "made_from": {
            "store_version": facts.store_version,
            "rejects_version": facts.rejects_version,
            "code_version": facts.code_version,
            "runs": facts.runs,
        },
        "publication": asdict(facts.publication),
        "selection": selection_document(selection),
        "funnel": {**dict(funnel.rows()), "unaccounted": funnel.unaccounted},
    }
    return head | ({"rewritten": list(rewritten)} if rewritten else {})


def facts_of(manifest: Mapping[str, Any]) -> ReleaseFacts:
    """What a release was made from. Raises :class:`ReleaseError` where its manifest does not say."""
    try:
        made, funnel = manifest["made_from"], manifest["funnel"]
        held = dict(manifest.get("publication", {}))
        if "creators" in held:
            held["creators"] = tuple(held["creators"])
        return ReleaseFacts(
            store_version=made["store_version"],
            rejects_version=made["rejects_version"],
            code_version=made["code_version"],
            runs=made["runs"],
            published_on=date.fromisoformat(manifest["published_on"]),
            pages_read=funnel.get("read"),
            pages_unchanged=funnel["unchanged"],
            pages_removed=funnel.get("removed", 0),
            publication=Publication(**held),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseError(f"manifest.json does not say what the release was made from: {error!r}") from None


def selection_of(manifest: Mapping[str, Any]) -> Selection:
    """Which part of the store a release holds. Raises :class:`ReleaseError` where its manifest does not say."""
    try:
        held = manifest["selection"]
        since, until = (date.fromisoformat(held[name]) if held[name] else None for name in ("since", "until"))
        # Releases whose manifest names no rule for copies were made by the default one.
        copies = CopyRule(**held.get("copies", {}))
        return Selection(held["where"], tuple(held["languages"]), since, until, held["profile"], copies)
    except (KeyError, TypeError, ValueError) as error:
        raise ReleaseError(f"manifest.json does not say what the release holds: {error!r}") from None
