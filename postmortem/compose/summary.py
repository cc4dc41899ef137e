"""메트릭 요약 / Metrics: before, worst and after of every signal that turned, with charts."""

from collections.abc import Iterator

from postmortem.compose.overview import unmoved
from postmortem.document import Block, Charts, Heading, Paragraph, Table, Text
from postmortem.figures import draw_charts
from postmortem.report import Report
from postmortem.turning_points.turns import Shift
from postmortem.words.voice import Voice, cite

_COLUMNS = ("name", "before", "peak", "after", "onset", "recovered")


def metrics(report: Report, voice: Voice) -> Iterator[Block]:
    """The chapter's blocks."""
    yield Heading(2, voice.say("head.metrics"))
    if report.shifts:
        header = tuple(voice.say(f"metrics.header.{column}") for column in _COLUMNS)
        yield Table(header, tuple(_row(shift, voice) for shift in report.shifts))
        yield Paragraph(Text(voice.say("metrics.definition")))
    else:
        yield Paragraph(Text(unmoved(report, voice)))
    yield Charts(draw_charts(report, voice), voice.say("metrics.charts"))


def _row(shift: Shift, voice: Voice) -> tuple[Text, ...]:
    peak = voice.say("metrics.peak", peak=voice.figure(shift.peak), at=voice.figure(shift.peak_at))
    recovered = voice.figure(shift.recovered) if shift.recovered else voice.say("metrics.not_recovered")
    return (
        cite(voice.subject(shift.subject), shift.before),
        Text(voice.figure(shift.before)),
        Text(peak),
        Text(voice.figure(shift.after)),
        Text(voice.figure(shift.onset)),
        Text(recovered),
    )
