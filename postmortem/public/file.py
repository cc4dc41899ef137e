"""The report for the public as JSON: figures under numbers, and where each stands in the team's archive.

A figure that is made of others here says how; of any other the archive, which stays with the team, has the
samples: ``fact`` is its place in the archive's list ``facts``, counted from 0.
"""

import json
from collections.abc import Mapping
from typing import Any

from alerts.charts.model import Language
from postmortem.archive.identity import PUBLIC_SCHEMA
from postmortem.facts import Fact, FromFacts
from postmortem.public.inside import internal_names
from postmortem.public.names import public_title, public_words
from postmortem.public.told import Felt, Relapse, Step, Told, tell
from postmortem.report import Report

FOR_PEOPLE = ("cause", "done", "next")  # null at first: what people write there is theirs


def public_text(report: Report, digest: str) -> str:
    """The file's text. digest: of the archive of the same report."""
    return json.dumps(public_mapping(report, digest), ensure_ascii=False, indent=2) + "\n"


def public_mapping(report: Report, digest: str) -> dict[str, Any]:
    """The file as plain values."""
    told = tell(report)
    facts = told.facts()
    names = {fact: f"f{number}" for fact, number in told.numbers.items()}
    places = {fact.id: place for place, fact in enumerate(report.facts())}
    return {
        "schema": PUBLIC_SCHEMA,
        "archive": digest,
        "is_drill": told.evidence.is_drill,
        "state": "open" if told.is_open else "closed",
        "start": _name(told.start, names),
        "end": _name(told.end, names),
        "duration": _name(told.duration, names),
        "again": _again(told.relapse, names),
        "seen_until": names[told.seen_until.id],
        "impact": [_felt(felt, told, names) for felt in told.felt],
        "course": [_step(step, names) for step in told.steps],
        "actions": [
            {"text": public_words(item.public, told.evidence), "status": item.status.value}
            for item in told.items
        ],
        "figures": [_figure(fact, names, places) for fact in facts],
        **dict.fromkeys(FOR_PEOPLE),
    }


def _name(fact: Fact | None, names: Mapping[str, str]) -> str | None:
    return None if fact is None else names[fact.id]


def _again(relapse: Relapse | None, names: Mapping[str, str]) -> dict[str, str | None] | None:
    if relapse is None:
        return None
    return {"start": names[relapse.begins.id], "end": _name(relapse.ends, names)}


def _felt(felt: Felt, told: Told, names: Mapping[str, str]) -> dict[str, Any]:
    internal = internal_names(told.evidence)
    return {
        "feature": felt.number,
        "title": {str(language): public_title(felt.slo, language, internal) for language in Language},
        "kind": str(felt.kind),
        "share": _name(felt.share, names),
        "peak": names[felt.peak.id],
        "peak_at": names[felt.peak_at.id],
    }


def _step(step: Step, names: Mapping[str, str]) -> dict[str, Any]:
    return {"kind": step.kind, "at": names[step.at.id], "features": [felt.number for felt in step.felt]}


def _figure(fact: Fact, names: Mapping[str, str], places: Mapping[str, int]) -> dict[str, Any]:
    source = fact.source
    made: dict[str, Any] = {"fact": places[fact.id]}
    if isinstance(source, FromFacts) and all(part.id in names for part in source.facts):
        made |= {"operation": source.operation, "figures": [names[part.id] for part in source.facts]}
    return {"id": names[fact.id], "value": fact.value, "unit": str(fact.unit), "source": made}
