"""A backtest as a timeline: when each alert fired, with the incidents shaded."""

from collections.abc import Sequence

from alerts.backtest.naming import short_names
from alerts.backtest.report import Backtest
from alerts.backtest.run import Firing, Ran
from alerts.backtest.wording import span
from alerts.charts.model import Band, Tone
from alerts.charts.spans import Panel, Row, Span, SpanChart
from collector.labels import Labels

_MOST_ROWS = 40
_LEGEND = (
    (Tone.GOOD, "page within an incident"),
    (Tone.BAD, "page outside: false"),
    (Tone.PLAIN, "does not page"),
)
_TONES = {True: Tone.GOOD, False: Tone.BAD, None: Tone.PLAIN}


def picture(backtest: Backtest) -> SpanChart:
    """A panel for each history in which something fired or should have; pages first."""
    told = [
        ran
        for ran in backtest.ran
        if ran.firings or ran.lasting or ran.stretch.incidents or len(backtest.ran) == 1
    ]
    names = short_names(firing.labels for firing in backtest.firings)
    notes = []
    if silent := [ran.stretch.name for ran in backtest.ran if ran not in told]:
        notes.append(f"Nothing fired in {', '.join(silent)}.")
    if left := max((len(_by_alert(ran)) - _MOST_ROWS for ran in told), default=0):
        notes += [f"{left} alerts that fired least are left out."] if left > 0 else []
    panels = [_panel(backtest, ran, names) for ran in told]
    return SpanChart(f"Backtest of {', '.join(backtest.files)}", panels, backtest.zone, _LEGEND, notes)


def _panel(backtest: Backtest, ran: Ran, names: dict[Labels, str]) -> Panel:
    stretch = ran.stretch
    by_alert = _by_alert(ran)
    most = sorted(by_alert.values(), key=lambda some: (not some[0].is_page, -len(some)))[:_MOST_ROWS]
    most.sort(key=lambda some: (not some[0].is_page, names[some[0].labels]))
    rows = [Row(names[some[0].labels], [_span(backtest, one) for one in some]) for some in most]
    bands = [Band(one.onset, one.end, one.title) for one in stretch.incidents]
    return Panel(stretch.name, stretch.start, stretch.end, rows, bands)


def _by_alert(ran: Ran) -> dict[Labels, Sequence[Firing]]:
    found: dict[Labels, list[Firing]] = {}
    for firing in (*ran.lasting, *ran.firings):
        found.setdefault(firing.labels, []).append(firing)
    return dict(found)


def _span(backtest: Backtest, firing: Firing) -> Span:
    start, end = backtest.during(firing)
    since = "from before on" if backtest.is_lasting(firing) else backtest.moments.full(firing.fired_at)
    label = f"{since}, {span(backtest.lasted(firing))}"
    return Span(start, end, label, _TONES[backtest.is_true(firing)])
