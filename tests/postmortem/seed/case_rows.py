"""The seed case's telemetry rows, and what the report on the case says at each.

`python tests/postmortem/seed/case_rows.py` writes docs/postmortem-seed.md, which a test compares.
"""

from dataclasses import dataclass
from pathlib import Path

from alerts.casefile import load_case
from alerts.charts.model import Language
from alerts.charts.quantities import format_clock, format_quantity
from alerts.timeline_rows import RowKind
from postmortem.cases.report import report_on_case
from postmortem.compose.timeline import timeline_item
from postmortem.marks import replace_marks
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice

CASE = "seed-2025-09-03"
PAGE = Path(__file__).parents[3] / "docs" / "postmortem-seed.md"
TEMPLATE = Path(__file__).parent / "page.md"
MEASURED = {RowKind.ONSET, RowKind.TURN, RowKind.BEND, RowKind.EASED, RowKind.RECOVERED}
TURNING = {RowKind.ONSET, RowKind.TURN, RowKind.BEND}
INFERRED = "지표 정상화"  # of p99 at 11:10: the case's own figure, the document has none
SIGNALS = {
    "traffic": "signal:request_rate",
    "cache_hit_ratio": "signal:cache_hit_ratio",
    "product_p95": "signal:product_latency_p95",
    "replica_cpu": "signal:replica_cpu",
    "order_error_ratio": "signal:order_error_ratio",
    "order_p99": "signal:order_latency_p99",
}
NOT_TOLD = [
    ("10:18", "임시 완화 조치 1차(읽기 전용 기능 일부 비활성, 캐시 TTL 상향 + 스탬피드 완화)"),
    ("10:55", "임시 완화 조치 2차(서킷브레이커/레이트리밋 조정, 인기상품 프리워밍)"),
    ("11:30", "사후 점검 및 고객 안내 공지 게시"),
]


@dataclass(frozen=True)
class Told:
    """A measured entry of the report: its row, and the levels that it prints on both sides."""

    row: object
    entry: object

    @property
    def at(self):
        return self.entry.fact.value

    @property
    def series(self):
        return self.entry.subject.series

    @property
    def levels(self):
        return levels(self.entry)


def levels(entry):
    """Before and after, as facts."""
    if entry.turn is not None:
        return entry.turn.before, entry.turn.after
    if entry.bend is not None:
        return entry.bend.before, entry.bend.after
    shift = entry.shift
    return (shift.before, shift.peak) if entry.kind is RowKind.ONSET else (shift.peak, shift.after)


def told_of(report):
    return [Told(row, entry) for row in report.timeline if row.kind in MEASURED for entry in row.entries]


def document_rows(case):
    """(figure's name, row of the document) in time order."""
    found = [
        (name, row) for name, figure in case.figures.items() for row in figure.rows if row.says != INFERRED
    ]
    return sorted(found, key=lambda one: (one[1].at, list(SIGNALS).index(one[0])))


def nearest(told, name, at):
    """Of onsets, turns and bends: that a series is nearly back is told at a time of the report's own."""
    mine = [one for one in told if one.series == SIGNALS[name] and one.entry.kind in TURNING]
    return min(mine, key=lambda one: abs(one.at - at))


def page():
    case, report = load_case(CASE), report_on_case(CASE, (), None).report
    voice = Voice(load_catalogue(Language.KO), case.timezone, report.origin)
    told = told_of(report)
    used = {id(nearest(told, name, row.at).row) for name, row in document_rows(case)}
    mine = [_line(name, row, told, voice) for name, row in document_rows(case)]
    others = [_other(row, report, voice) for row in report.timeline if id(row) not in used]
    missing = [f"| {at} | {says} |" for at, says in NOT_TOLD]
    return TEMPLATE.read_text(encoding="utf-8").format(
        rows="\n".join(mine), missing="\n".join(missing), others="\n".join(others)
    )


def _line(name, row, told, voice):
    found = nearest(told, name, row.at)
    before, after = found.levels
    unit = after.unit
    said = row.value * (before.value if name == "traffic" else 1)
    figures = [format_quantity(value, unit, voice.language) for value in (said, before.value, after.value)]
    off = format_quantity(after.value / said - 1, "ratio", voice.language)
    late = round(found.at - row.at)
    clocks = [format_clock(at, voice.zone, with_seconds=s) for at, s in ((row.at, False), (found.at, True))]
    return (
        f"| {clocks[0]} | {row.says} | {figures[0]} | {clocks[1]} ({late:+d} s) "
        f"| {figures[1]} → {figures[2]} | {off if off.startswith(('-', '>')) else '+' + off} |"
    )


def _other(row, report, voice):
    item = timeline_item(row, report, voice, "timeline.row")
    texts = [item.content.text, *(child.text for child in item.children)]
    return "- " + replace_marks("; ".join(texts), lambda _, printed: printed)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
