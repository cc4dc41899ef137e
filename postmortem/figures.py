"""Charts of a report: the SLIs and the signals that turned, with the impact and what was done about it."""

import re

from alerts.charts.model import Band, Chart, Line, Mark, Threshold, Tone, Unit
from alerts.charts.quantities import format_percent
from postmortem.evidence import Subject
from postmortem.impact.reviewed import review_milestone
from postmortem.report import Report
from postmortem.words.voice import Voice

_MOST_CHARTS = 12
_MOST_NAMED = 3


def draw_charts(report: Report, voice: Voice) -> tuple[Chart, ...]:
    """A chart for each series that turned, SLIs first, each with the same marks."""
    moved = [shift.subject for shift in report.shifts]
    moved.sort(key=lambda subject: subject.slo is None)
    marks = _marks(report, voice)
    return tuple(_chart(report, subject, marks, voice) for subject in moved[:_MOST_CHARTS])


def _chart(report: Report, subject: Subject, marks: tuple[Mark, ...], voice: Voice) -> Chart:
    evidence, series = report.evidence, report.evidence.series[subject.series]
    name = voice.subject(subject)
    span = report.impact.span
    budget = subject.slo.error_budget if subject.slo else None
    return Chart(
        id="chart-" + re.sub(r"[^A-Za-z0-9]+", "-", subject.series).strip("-"),
        title=name,
        unit=Unit(subject.signal.unit),
        lines=(Line(name, tuple(series.times.tolist()), tuple(series.values.tolist())),),
        start=evidence.analysis_start,
        end=evidence.end,
        zone=voice.zone,
        language=voice.language,
        bands=(Band(span.start.value, span.ends_at(evidence), voice.say("chart.impact")),),
        marks=marks,
        thresholds=()
        if budget is None
        else (Threshold(budget, voice.say("chart.allowed", value=format_percent(budget))),),
    )


def _marks(report: Report, voice: Voice) -> tuple[Mark, ...]:
    """What happened when, as corrected, so that charts and the timeline say the same."""

    def mark(key: str, at: float, tone: Tone) -> Mark:
        return Mark(at, voice.say(key, at=voice.clock(at)), tone)

    def milestone(word: str, tone: Tone) -> list[Mark]:
        moment = review_milestone(report.evidence, word, f"{word}_at")
        return [] if moment is None else [mark(f"chart.{word}", moment.value, tone)]

    marks = [mark("chart.impact_start", report.origin, Tone.BAD)]
    marks += milestone("paged", Tone.WARN) or milestone("detected", Tone.WARN)
    marks += milestone("resolved", Tone.PLAIN)
    for mitigation in report.mitigations:
        acts = list(dict.fromkeys(voice.event(act.event) for act in mitigation.acts))
        named = [act.replace("`", "") for act in acts[:_MOST_NAMED]]
        if len(acts) > _MOST_NAMED:
            named.append(voice.say("chart.more", count=len(acts) - _MOST_NAMED))
        at = mitigation.moment.value
        text = voice.say("chart.mitigation", acts=voice.listed(named), at=voice.clock(at))
        marks.append(Mark(at, text, Tone.GOOD))
    return tuple(marks)
