"""Reads Prometheus' test scripts: blocks that load samples, clear them, or evaluate a query."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from collector.durations import parse_duration
from collector.labels import Labels
from collector.series_notation import expand, parse_values, split_metric

_EVAL = re.compile(
    r"eval(?:_(?P<mode>fail|warn|info|ordered))?\s+"
    r"(?:instant\s+(?:at\s+(?P<at>\S+)\s+)?"
    r"|range\s+from\s+(?P<start>\S+)\s+to\s+(?P<end>\S+)\s+step\s+(?P<step>\S+)\s+)"
    r"(?P<query>.+)"
)
_NUMBER = r"[-+]?(?:inf|nan|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)"

Values = list[float | None]


@dataclass(frozen=True)
class SeriesLine:
    """values: None is a gap. native: it holds native histograms, which have no place here."""

    labels: Labels
    values: Values
    native: bool = False


@dataclass(frozen=True)
class Clear:
    pass


@dataclass(frozen=True)
class Load:
    step_ms: int
    series: tuple[SeriesLine, ...]
    with_custom_buckets: bool


@dataclass(frozen=True)
class Eval:
    """start_ms is end_ms in an instant eval, and step_ms is 0."""

    line: int
    query: str
    mode: str
    start_ms: int
    end_ms: int
    step_ms: int
    scalar: float | None = None
    series: tuple[SeriesLine, ...] = ()
    message: str | None = None
    pattern: str | None = None
    native: bool = field(default=False)

    @property
    def instant(self) -> bool:
        return self.step_ms == 0


def read_script(text: str) -> Iterator[Clear | Load | Eval]:
    for line, block in _blocks(text):
        head = block[0]
        if head == "clear":
            yield Clear()
        elif head.startswith("load"):
            yield _load(block)
        elif head.startswith("eval"):
            yield _eval(line, block)
        else:
            raise ValueError(f"line {line}: neither load, clear nor eval: {head}")


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each command with the lines that belong to it; commands are told by their first word."""
    block: list[str] = []
    begin = 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line.startswith("#"):
            continue
        if block and (not line or re.match(r"(load|eval|clear)\b|eval_|load_", line)):
            yield begin, block
            block = []
        if line:
            begin = begin if block else number
            block.append(line)
    if block:
        yield begin, block


def _load(block: list[str]) -> Load:
    command, step = block[0].split()
    series = {line.labels: line for line in map(_series, block[1:])}
    return Load(_ms(step), tuple(series.values()), command == "load_with_nhcb")


def _eval(line: int, block: list[str]) -> Eval:
    match = _EVAL.fullmatch(block[0])
    if match is None:
        raise ValueError(f"line {line}: cannot read {block[0]}")
    start, end = match["start"] or match["at"] or "0", match["end"] or match["at"] or "0"
    mode, message, pattern, scalar, series = match["mode"] or "", None, None, None, []
    for text in block[1:]:
        if text.startswith("expected_fail_message"):
            message = text.removeprefix("expected_fail_message").strip()
        elif text.startswith("expected_fail_regexp"):
            pattern = text.removeprefix("expected_fail_regexp").strip()
        elif text.startswith("expect "):
            mode = text.split()[1]
        elif re.fullmatch(_NUMBER, text, re.IGNORECASE):
            scalar = float(text)
        else:
            series.append(_series(text))
    step = _ms(match["step"]) if match["step"] else 0
    native = any(s.native for s in series)
    return Eval(
        line,
        match["query"],
        mode,
        _ms(start),
        _ms(end),
        step,
        scalar,
        tuple(series),
        message,
        pattern,
        native,
    )


def _series(text: str) -> SeriesLine:
    labels, values = split_metric(text)
    if "{{" in values:
        return SeriesLine(labels, [], native=True)
    return SeriesLine(labels, list(expand(parse_values(values))))


def _ms(duration: str) -> int:
    return round(parse_duration(duration) * 1000)
