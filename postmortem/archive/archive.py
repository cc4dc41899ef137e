"""A report as JSON: each figure with its source, and the stored samples to compute it from again."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

import numpy as np
import orjson

from postmortem.archive.digests import DIGEST, DIGESTS, compact, digest, digest_of, take_digests
from postmortem.archive.identity import SCHEMA
from postmortem.causes.moves import Observed
from postmortem.evidence import Evidence, StoredSeries
from postmortem.facts import Fact, FromFacts, FromRecord, FromSeries
from postmortem.impact.estimates import Loss
from postmortem.impact.impact import SliImpact
from postmortem.items import COUNTS, count_fact, due_fact, settled_fact
from postmortem.mitigations import Effect
from postmortem.proposals import propose_actions
from postmortem.report import Report
from postmortem.timeline import Row
from postmortem.turning_points.turns import Shift


@dataclass(frozen=True)
class Archive:
    """The JSON of a report, which docs/postmortem-archive.md describes, and the digest that it is known by.

    Its samples are written once for the file and for their digests: they are nearly all of it.
    """

    text: str
    digest: str

    @classmethod
    def of(cls, report: Report) -> Self:
        """Its samples are written once, for the file and for their digests."""
        series = {name: compact(_series(each)) for name, each in report.evidence.series.items()}
        stated = conclusions(report)
        digests = {**take_digests(stated), "series": {name: digest_of(each) for name, each in series.items()}}
        whole = {**stated, "series": series, DIGESTS: digests, DIGEST: digest(digests)}
        return cls(_text(whole, series), str(whole[DIGEST]))


def archive_text(archive: Mapping[str, Any]) -> str:
    """The text of the file that an archive was read from, if nobody changed it."""
    series = archive.get("series")
    read = series if isinstance(series, Mapping) else {}
    return _text(archive, {name: compact(each) for name, each in read.items()})


def _text(whole: Mapping[str, Any], series: Mapping[str, bytes]) -> str:
    """One line for each series; everything else indented."""
    lines = {name: orjson.Fragment(each) for name, each in series.items()}
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps({**whole, "series": lines}, option=option).decode()


def made_by() -> str:
    """Which Fireline this is: another may conclude otherwise from the same samples."""
    return f"fireline {version('fireline')}"


def conclusions(report: Report) -> dict[str, Any]:
    """The archive without its samples and digests, as plain values. Times are Unix seconds."""
    return {
        "schema": SCHEMA,
        "made_by": made_by(),
        **_records(report.evidence),
        "origin": report.origin,
        "timeline": [_row(row, report.origin) for row in report.timeline],
        "impact": _impact(report),
        "silent": [subject.series for subject in report.silent],
        "not_judged": [subject.series for subject in report.unjudged],
        "shifts": [_shift(shift) for shift in report.shifts],
        **_judgements(report),
        "facts": [stored_fact(fact) for fact in report.facts()],
    }


def _records(evidence: Evidence) -> dict[str, Any]:
    return {
        "fetched_at": evidence.fetched_at,
        "address": evidence.address,
        "time_zone": evidence.time_zone,
        "window": _window(evidence),
        "is_drill": evidence.is_drill,
        "synthetic_history": {
            "until": evidence.synthetic_until,
            "in_budget_period": evidence.has_synthetic_period,
        },
        "incident": evidence.incident.model_dump(mode="json"),
        "events": [event.model_dump(mode="json") for event in evidence.events],
        "slos": [slo.model_dump(mode="json") for slo in evidence.slos],
        "signals": evidence.signals.model_dump(mode="json"),
        "unavailable": dict(evidence.unavailable),
    }


def _judgements(report: Report) -> dict[str, Any]:
    return {
        "causes": _causes(report),
        "whys": [
            {
                "effect": why.effect.subject.series,
                "earlier": why.earlier.subject.series if why.earlier else None,
                "lead": why.lead.id if why.lead else None,
                "is_tied": why.is_tied,
            }
            for why in report.whys
        ],
        "mitigations": [
            {
                "events": [act.event.id for act in mitigation.acts],
                "effects": [_effect(effect) for effect in mitigation.effects],
            }
            for mitigation in report.mitigations
        ],
        **_items(report.evidence),
        "losses": [_loss(loss) for loss in report.losses],
        "actions": [
            {"horizon": a.horizon, "kind": a.kind, "is_done": a.is_done} for a in propose_actions(report)
        ],
    }


def _effect(effect: Effect) -> dict[str, Any]:
    figures = {"before": effect.before, "after": effect.after, "to_effect": effect.to_effect}
    return {"series": effect.shift.subject.series, "verdict": effect.verdict, **_ids(figures)}


def _loss(loss: Loss) -> dict[str, Any]:
    lost = loss.interval
    figures: Mapping[str, Fact | None] = {
        "before": loss.before,
        "during": loss.during,
        "coverage": loss.coverage,
        "low": lost.low if lost else None,
        "usual": lost.usual if lost else None,
        "high": lost.high if lost else None,
        "worth_low": lost.worth_low if lost else None,
        "worth_high": lost.worth_high if lost else None,
    }
    return {"series": loss.subject.series, **_ids(figures)}


def _items(evidence: Evidence) -> dict[str, Any]:
    items = [
        {
            "number": item.number,
            "text": item.text,
            "owner": item.owner,
            "due": due_fact(evidence, item).id,
            "horizon": item.horizon,
            "status": item.status,
            "cause": item.cause,
            "proof": item.proof,
            "settled": settled.id if (settled := settled_fact(evidence, item)) else None,
            "settled_author": item.settled_author,
            "said": item.said,
        }
        for item in evidence.items
    ]
    progress = {field: count_fact(evidence, field).id if items else None for field in COUNTS}
    return {"items": items, "progress": progress}


def _causes(report: Report) -> dict[str, Any]:
    ranking, leads = report.ranking, [report.lead_of(cause) for cause in report.ranking.causes]

    def moves(seen: tuple[Observed, ...]) -> list[dict[str, Any]]:
        return [
            {
                "series": o.subject.series,
                "move": o.move,
                "part": o.kind.part,
                "strength": round(o.strength, 3),
            }
            for o in seen
        ]

    return {
        "answers": list(ranking.answers),
        "candidates": [
            {
                "id": cause.id,
                "part": cause.part,
                "order": lead.order if lead else None,
                "lead": lead.seconds.id if lead else None,
                "evidence": moves(cause.evidence),
                "unexpected": moves(cause.unexpected),
                "absent": moves(cause.absent),
                "earlier": moves(cause.earlier),
            }
            for cause, lead in zip(ranking.causes, leads, strict=True)
        ],
        "weaknesses": moves(ranking.weaknesses),
        "amplifiers": moves(ranking.amplifiers),
    }


def _window(evidence: Evidence) -> dict[str, Any]:
    return {
        "start": evidence.start,
        "analysis_start": evidence.analysis_start,
        "end": evidence.end,
        "interval_seconds": evidence.interval_seconds,
        "rate_window": evidence.rate_window,
        "quiet_asked_seconds": evidence.quiet_asked_seconds,
    }


def _row(row: Row, origin: float) -> dict[str, Any]:
    correction = row.correction
    return {
        "id": row.id,
        "at": row.at,
        "t_plus_seconds": row.at - origin,
        "kind": row.kind,
        "word": row.word or None,
        "facts": list(dict.fromkeys(fact.id for entry in row.entries for fact in entry.facts())),
        "series": [entry.subject.series for entry in row.entries if entry.subject],
        "events": [entry.event.id for entry in row.entries if entry.event],
        "alerts": [dict(entry.alert.labels) for entry in row.entries if entry.alert],
        "then": [str(entry.bend.then) for entry in row.entries if entry.bend],
        "original_at": row.entries[0].at,
        "corrected_by": None if correction is None else correction.event.id,
        "is_hidden": row.is_hidden,
    }


def _impact(report: Report) -> dict[str, Any]:
    impact = report.impact
    span = impact.span
    times: Mapping[str, Fact | None] = {
        "start": span.start,
        "end": span.end,
        "first_sign": span.first_sign.onset if span.first_sign else None,
        "duration": impact.duration,
        "to_detect": impact.to_detect,
        "to_page": impact.to_page,
        "to_acknowledge": impact.to_acknowledge,
        "to_mitigate": impact.to_mitigate,
        "to_resolve": impact.to_resolve,
    }
    return {
        **_ids(times),
        "start_is_turning_point": span.is_measured,
        "start_is_before_record": span.begins_earlier,
        "by_objectives": span.by_objectives,
        "quiet_seconds": report.evidence.quiet_seconds,
        "unseen": [report.evidence.slo_key(slo) for slo in span.unseen],
        "opened_by": span.opened_by.series if span.opened_by else None,
        "ended_by": span.ended_by.series if span.ended_by else None,
        "at_rest": [fact.id for bound in span.resting for fact in (bound.before, bound.after) if fact],
        "missed_again": [fact.id for each in span.later for fact in (each.begins, each.ends) if fact],
        "unended": [fact.id for each in span.unended for fact in (each.begins, each.ends) if fact],
        "found_start": span.found_start.id,
        "found_end": span.found_end.id if span.found_end else None,
        "apart": [shift.subject.series for shift in span.apart],
        "slis": [_sli(sli, report.evidence) for sli in impact.slis],
    }


def _sli(sli: SliImpact, evidence: Evidence) -> dict[str, Any]:
    figures: Mapping[str, Fact | None] = {
        "objective": sli.objective,
        "period": sli.period,
        "bad": sli.bad,
        "total": sli.total,
        "share": sli.share,
        "spent": sli.spent,
        "left": sli.left,
    }
    return {"slo": evidence.slo_key(sli.slo), **_ids(figures)}


def _shift(shift: Shift) -> dict[str, Any]:
    points: Mapping[str, Fact | None] = {
        "before": shift.before,
        "onset": shift.onset,
        "peak": shift.peak,
        "peak_at": shift.peak_at,
        "eased": shift.eased,
        "recovered": shift.recovered,
        "after": shift.after,
    }
    subject = shift.subject
    titles = {
        "title": dict(subject.signal.title),
        "role": subject.signal.role,
        "service": subject.signal.service,
    }
    return {"series": subject.series, **titles, "rises": shift.rises, **_ids(points)}


def _ids(facts: Mapping[str, Fact | None]) -> dict[str, str | None]:
    return {name: fact.id if fact else None for name, fact in facts.items()}


def stored_fact(fact: Fact) -> dict[str, Any]:
    """A figure as the archive holds it, with where it came from."""
    return {"id": fact.id, "value": fact.value, "unit": str(fact.unit), "source": _source(fact)}


def _source(fact: Fact) -> dict[str, Any]:
    match fact.source:
        case FromSeries(series, cut):
            return {
                "kind": "series",
                "series": series,
                "reduction": cut.reduction,
                "start": cut.start,
                "end": cut.end,
                "threshold": cut.threshold,
            }
        case FromRecord(kind, key, field):
            return {"kind": kind, "key": key, "field": field}
        case FromFacts(operation, parts):
            return {"kind": "facts", "operation": operation, "facts": [part.id for part in parts]}


def _series(series: StoredSeries) -> dict[str, Any]:
    return {
        "query": series.query,
        "start": series.start,
        "end": series.end,
        "step_seconds": series.step_seconds,
        "samples": np.column_stack((series.times, series.values)),
    }
