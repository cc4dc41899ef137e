"""Estimates of what business lost, with formula, rates and interval."""

from collections.abc import Iterator

from postmortem.document import Item
from postmortem.impact.estimates import Interval, Loss, rate_fact
from postmortem.report import Report
from postmortem.words.voice import Voice, cite

_RATES = ("worth_low", "worth_high", "returning_low", "returning_high")


def loss_items(loss: Loss, report: Report, voice: Voice) -> Iterator[Item]:
    """How many were lost, and what they were worth where the configuration says what one is."""
    name = voice.subject(loss.subject)
    if not loss.is_covered:
        text = voice.say("loss.gaps", name=name, coverage=voice.figure(loss.coverage))
        yield Item(cite(text, loss.coverage))
        return
    before, during = voice.figure(loss.before), voice.figure(loss.during)
    if (lost := loss.interval) is None:
        text = voice.say("loss.none", name=name, before=before, during=during)
        yield Item(cite(text, loss.before, loss.during))
        return
    levels = {"low": lost.low, "usual": lost.usual, "high": lost.high}
    figures = {word: voice.figure(fact) for word, fact in levels.items()}
    duration = voice.delay(loss.duration)
    text = voice.say("loss.count", name=name, before=before, during=during, duration=duration, **figures)
    yield Item(cite(text, lost.usual, lost.low, lost.high, loss.before, loss.during, loss.duration))
    yield from _worth_items(loss, lost, report, voice)


def _worth_items(loss: Loss, lost: Interval, report: Report, voice: Voice) -> Iterator[Item]:
    if lost.worth_low is None or lost.worth_high is None:
        return
    rates = {field: rate_fact(report.evidence, loss.estimate, field) for field in _RATES}
    parts = {"low": lost.worth_low, "high": lost.worth_high, "lost_low": lost.low, "lost_high": lost.high}
    figures = {name: voice.figure(fact) for name, fact in {**parts, **rates}.items()}
    text = voice.say("loss.worth", name=voice.subject(loss.subject), **figures)
    yield Item(cite(text, *parts.values(), *rates.values()))
