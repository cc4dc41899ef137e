"""A replay's outcome as tables, for the terminal and as Markdown, in English and Korean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Literal
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text

from alerts.cases import Case, Figure
from alerts.replay import Episode, Outcome, TierOutcome
from alerts.wording import duration_ko, title
from collector.durations import format_duration

Language = Literal["en", "ko"]

_WORDS: dict[str, dict[Language, str]] = {
    "replay": {"en": "Replay", "ko": "리플레이"},
    "alarm": {"en": "Alarm in the document", "ko": "문서의 경보"},
    "page": {"en": "Fireline's first page", "ko": "Fireline의 첫 호출"},
    "earlier": {"en": "earlier", "ko": "빠름"},
    "later": {"en": "later", "ko": "늦음"},
    "never": {"en": "none", "ko": "없음"},
    "wanted": {"en": "Wanted: a page within {within} of {onset}, and none before", "ko": ""},
    "yes": {"en": "met", "ko": "충족"},
    "no": {"en": "not met", "ko": "미충족"},
    "tiers": {"en": "Tiers", "ko": "단계별 결과"},
    "guardrails": {"en": "Guardrails (evidence, no pages)", "ko": "가드레일(호출이 아닌 단서)"},
    "others": {"en": "Other alerts", "ko": "그 밖의 경보"},
    "figures": {"en": "What the document says", "ko": "문서의 수치"},
    "assumptions": {"en": "What is assumed beside it", "ko": "문서에 없어 가정한 것"},
    "slo": {"en": "SLO", "ko": "SLO"},
    "tier": {"en": "tier", "ko": "단계"},
    "severity": {"en": "kind", "ko": "종류"},
    "windows": {"en": "windows", "ko": "창"},
    "limit": {"en": "limit", "ko": "기준"},
    "peak": {"en": "peak", "ko": "최고"},
    "pending": {"en": "pending", "ko": "대기"},
    "firing": {"en": "firing", "ko": "발생"},
    "resolved": {"en": "resolved", "ko": "해소"},
    "after": {"en": "onset +", "ko": "시작 후"},
    "signal": {"en": "signal", "ko": "신호"},
    "alert": {"en": "alert", "ko": "경보"},
    "time": {"en": "time", "ko": "시각"},
    "figure": {"en": "figure", "ko": "지표"},
    "value": {"en": "value", "ko": "값"},
    "words": {"en": "the document's words", "ko": "문서의 표현"},
    "still": {"en": "not yet", "ko": "지속 중"},
    "first": {"en": "1st page", "ko": "첫 호출"},
    "ticket": {"en": "ticket", "ko": "티켓"},
    "paging": {"en": "page", "ko": "호출"},
    "note": {
        "en": "Limit and peak are burn rates; peak is the highest that both windows reached at once. "
        "A tier without a time never fired. Times are {zone}; policy: {policy}.",
        "ko": "기준과 최고는 예산 소진 속도(배)이며, 최고는 두 창이 동시에 도달한 가장 높은 값입니다. "
        "시각이 없는 단계는 울리지 않았습니다. 시간대 {zone}, 정책 {policy}.",
    },
}
_WORDS["wanted"]["ko"] = "요구: {onset} 이후 {within} 안에 호출, 그 전에는 호출 없음"


@dataclass(frozen=True)
class Table:
    """grouped: rows with the same first cell belong together."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    grouped: bool = False


@dataclass(frozen=True)
class Report:
    """A replay told in one language."""

    heading: str
    verdict: tuple[str, ...]
    tables: tuple[Table, ...]
    note: str
    assumptions: tuple[str, ...]
    assumptions_heading: str

    def markdown(self) -> str:
        parts = [f"# {self.heading}", "\n".join(f"- {line}" for line in self.verdict)]
        for table in self.tables:
            parts += [f"## {table.heading}", _markdown_table(table)]
            if table is self.tables[0]:
                parts.append(self.note)
        parts += [f"## {self.assumptions_heading}", "\n".join(f"- {line}" for line in self.assumptions)]
        return "\n\n".join(parts) + "\n"

    def rich(self) -> Group:
        parts: list[Text | RichTable] = [Text(self.heading, style="bold")]
        parts += [Text(line) for line in self.verdict]
        for table in self.tables:
            parts += _rich_tables(table)
            if table is self.tables[0]:
                parts.append(Text(self.note, style="dim"))
        parts.append(Text(self.assumptions_heading, style="bold"))
        parts += [Text(f"• {line}") for line in self.assumptions]
        return Group(*parts)


def report(outcome: Outcome, language: Language) -> Report:
    """The outcome in words and tables."""
    words = _Words(language, outcome.case)
    return Report(
        heading=f"{words['replay']}: {outcome.case.title[language]}",
        verdict=_verdict(outcome, words),
        tables=tuple(table for table in _tables(outcome, words) if table.rows),
        note=words["note"].format(
            zone=outcome.case.timezone.key, policy=", ".join(policy.name for policy in outcome.policies)
        ),
        assumptions=tuple(text[language] for text in outcome.case.assumptions),
        assumptions_heading=words["assumptions"],
    )


@dataclass(frozen=True)
class _Words:
    language: Language
    case: Case

    def __getitem__(self, key: str) -> str:
        return _WORDS[key][self.language]

    @property
    def zone(self) -> ZoneInfo:
        return self.case.timezone

    def clock(self, at: float | None) -> str:
        return "" if at is None else datetime.fromtimestamp(at, self.zone).strftime("%H:%M:%S")

    def span(self, seconds: float) -> str:
        return duration_ko(seconds) if self.language == "ko" else format_duration(seconds)

    def severity(self, severity: str) -> str:
        return self["paging" if severity == "page" else "ticket"]


def _verdict(outcome: Outcome, words: _Words) -> tuple[str, ...]:
    case, page_at = outcome.case, outcome.page_at
    wanted = words["wanted"].format(
        within=words.span(case.page_within_seconds), onset=words.clock(case.onset)
    )
    page = words["never"]
    if page_at is not None:
        gained = case.alarm_at - page_at
        side = words["earlier" if gained >= 0 else "later"]
        by = ", ".join(f"{title(t.slo, words.language)} · {t.tier.name}" for t in _first_tiers(outcome))
        page = f"{words.clock(page_at)} ({by}): {words.span(abs(gained))} {side}"
    return (
        f"{words['alarm']}: {words.clock(case.alarm_at)}",
        f"{words['page']}: {page}",
        f"{wanted}: {words['yes' if outcome.as_wanted else 'no']}",
    )


def _first_tiers(outcome: Outcome) -> list[TierOutcome]:
    return [t for t in outcome.tiers if t.first and t.first.pages and t.first.firing_at == outcome.page_at]


def _tables(outcome: Outcome, words: _Words) -> tuple[Table, ...]:
    return (
        _tier_table(outcome, words),
        _guardrail_table(outcome, words),
        _other_table(outcome, words),
        _figure_table(outcome, words),
    )


def _tier_table(outcome: Outcome, words: _Words) -> Table:
    keys = ("slo", "tier", "severity", "windows", "limit", "peak", "pending", "firing", "resolved", "after")
    rows = [
        row for tier in outcome.tiers for row in _tier_rows(tier, words, first=tier in _first_tiers(outcome))
    ]
    return Table(words["tiers"], tuple(words[key] for key in keys), tuple(rows), grouped=True)


def _tier_rows(outcome: TierOutcome, words: _Words, *, first: bool) -> list[tuple[str, ...]]:
    tier = outcome.tier
    kind = words["first"] if first else words.severity(tier.severity)
    windows = f"{format_duration(tier.long_seconds)}/{format_duration(tier.short_seconds)}"
    start = (title(outcome.slo, words.language), tier.name, kind, windows)
    burn = (f"{outcome.limit:.1f}", f"{outcome.peak:.1f}")
    if not outcome.episodes:
        return [(*start, *burn, "", "", "", "")]
    return [(*start, *burn, *_times(episode, words)) for episode in outcome.episodes]


def _times(episode: Episode, words: _Words) -> tuple[str, str, str, str]:
    fired = episode.firing_at
    after = "" if fired is None else words.span(fired - words.case.onset)
    resolved = words["still"] if episode.resolved_at is None else words.clock(episode.resolved_at)
    return words.clock(episode.pending_at), words.clock(fired), resolved, after


def _guardrail_table(outcome: Outcome, words: _Words) -> Table:
    rows = []
    for guardrail, episodes in outcome.guardrails:
        name = guardrail.title.get(words.language) or guardrail.name
        rows += [(name, *_times(episode, words)) for episode in episodes] or [(name, "", "", "", "")]
    header = tuple(words[key] for key in ("signal", "pending", "firing", "resolved", "after"))
    return Table(words["guardrails"], header, tuple(rows))


def _other_table(outcome: Outcome, words: _Words) -> Table:
    header = tuple(words[key] for key in ("slo", "alert", "pending", "firing", "resolved", "after"))
    rows = [(e.labels.get("slo"), e.labels["alertname"], *_times(e, words)) for e in outcome.others]
    return Table(words["others"], header, tuple(rows))


def _figure_table(outcome: Outcome, words: _Words) -> Table:
    rows = [(row.at, figure, row) for figure in outcome.case.figures.values() for row in figure.rows]
    rows.sort(key=lambda row: row[0])
    header = tuple(words[key] for key in ("time", "figure", "value", "words"))
    cells = [
        (words.clock(at)[:5], figure.title[words.language], _figure_value(figure, row.value), row.says)
        for at, figure, row in rows
    ]
    return Table(words["figures"], header, tuple(cells))


def _figure_value(figure: Figure, value: float) -> str:
    match figure.unit:
        case "ratio":
            return f"{100 * value:g}%"
        case "seconds":
            return f"{value:g} s"
        case "times":
            return f"{value:g}×"


def _markdown_table(table: Table) -> str:
    lines: Sequence[Sequence[str]] = [table.header, ["---"] * len(table.header), *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _rich_tables(table: Table) -> list[RichTable]:
    """One table, or one for each group under the group's name, or it grows too wide for a terminal."""
    if not table.grouped:
        return [_rich_table(table.heading, table.header, table.rows)]
    return [
        _rich_table(f"{table.heading}: {name}", table.header[1:], [row[1:] for row in rows])
        for name, rows in groupby(table.rows, itemgetter(0))
    ]


def _rich_table(heading: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> RichTable:
    drawn = RichTable(
        title=heading, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for name in header:
        drawn.add_column(name)
    for row in rows:
        drawn.add_row(*row)
    return drawn
