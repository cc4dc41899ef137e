"""What is told below the counts of error budgets: other accounts of them, and shares of few requests."""

from collections.abc import Iterator

from postmortem.document import Block, Item, Listing, Paragraph, Text
from postmortem.impact.accounts import BudgetAccount
from postmortem.peaks import ThinPeak
from postmortem.report import Report
from postmortem.words.voice import Voice, cite


def budget_notes(report: Report, voice: Voice) -> Iterator[Block]:
    """Nothing where neither is."""
    if report.accounts:
        yield Paragraph(Text(voice.say("impact.excluded")))
        yield Listing(tuple(_account(account, voice) for account in report.accounts))
    if report.thin_peaks:
        yield Paragraph(Text(voice.say("impact.thin")))
        yield Listing(tuple(_thin(peak, voice) for peak in report.thin_peaks))


def _account(account: BudgetAccount, voice: Voice) -> Item:
    """What the server's own account left out, and what it had left without it."""
    slo = account.slo
    names = voice.listed(f"{one.name} ({one.reason}; {one.author})" for one in slo.excluded)
    figures = {"left": voice.figure(account.left), "at": voice.when(account.at)}
    told = voice.say("impact.excluded.slo", title=slo.titled(voice.language), names=names, **figures)
    return Item(cite(told, account.left, account.at))


def _thin(peak: ThinPeak, voice: Voice) -> Item:
    shift, name = peak.shift, voice.subject(peak.shift.subject)
    figures = {"peak": voice.figure(shift.peak), "at": voice.figure(shift.peak_at)}
    told = voice.say("impact.thin.slo", name=name, **figures, events=voice.figure(peak.events))
    return Item(cite(told, shift.peak, shift.peak_at, peak.events))
