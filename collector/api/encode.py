"""Answers as Prometheus' HTTP API spells them: values are strings, times are seconds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from collector.labels import Labels
from collector.promql.formatting import format_value
from collector.promql.results import Answer, MatrixResult, Points, ScalarResult, StringResult, VectorResult
from collector.series import Milliseconds, Values


def encode_answer(answer: Answer, stats: Mapping[str, object] | None = None) -> bytes:
    """The whole body of a successful query, with its statistics if there are any."""
    match answer.result:
        case VectorResult(time_ms=time_ms, labels=labels, values=values):
            kind, body = "vector", _vector(time_ms, labels, values)
        case MatrixResult(series=series):
            kind, body = "matrix", _matrix(series)
        case ScalarResult(time_ms=time_ms, value=value):
            kind, body = "scalar", f'[{spell_time(time_ms)},"{spell_value(value)}"]'
        case StringResult(time_ms=time_ms, value=text):
            kind, body = "string", f"[{spell_time(time_ms)},{orjson.dumps(text).decode()}]"
    shown = f',"stats":{orjson.dumps(stats).decode()}' if stats else ""
    data = f'{{"resultType":"{kind}","result":{body}{shown}}}'
    return f'{{"status":"success","data":{data}{_notes(answer)}}}'.encode()


def encode_data(data: object, warnings: Sequence[str] = ()) -> bytes:
    """The body of any other successful answer."""
    body: dict[str, Any] = {"status": "success", "data": data}
    if warnings:
        body["warnings"] = list(warnings)
    return orjson.dumps(body)


def encode_error(kind: str, message: str) -> bytes:
    """The body of a refusal or failure."""
    return orjson.dumps({"status": "error", "errorType": kind, "error": message})


def spell_value(value: float) -> str:
    """A sample's value, as Go's ``FormatFloat(v, 'f', -1, 64)``."""
    return format_value(value)


def spell_time(time_ms: int) -> str:
    """Milliseconds as seconds, with three decimals only where they are needed."""
    seconds, rest = divmod(time_ms, 1000)
    if not rest:
        return str(seconds)
    if time_ms < 0:
        seconds, rest = -(-time_ms // 1000), -time_ms % 1000
        return f"-{-seconds}.{rest:03d}"
    return f"{seconds}.{rest:03d}"


def _notes(answer: Answer) -> str:
    notes: Mapping[str, Sequence[str]] = {"warnings": answer.warnings, "infos": answer.infos}
    return "".join(
        f',"{name}":{orjson.dumps(list(texts)).decode()}' for name, texts in notes.items() if texts
    )


def _vector(time_ms: int, labels: Sequence[Labels], values: Values) -> str:
    at = spell_time(time_ms)
    samples = zip(labels, spell_values(values), strict=True)
    return (
        "[" + ",".join(f'{{"metric":{_metric(one)},"value":[{at},"{text}"]}}' for one, text in samples) + "]"
    )


def _matrix(series: Sequence[Points]) -> str:
    openings: dict[int, list[str]] = {}
    lines = []
    for points in series:
        key = id(points.times_ms)
        if key not in openings:
            openings[key] = _openings(points.times_ms)
        joined = '"],'.join(map(_concatenate, openings[key], spell_values(points.values)))
        values = f'{joined}"]' if joined else ""
        lines.append(f'{{"metric":{_metric(points.labels)},"values":[{values}]}}')
    return "[" + ",".join(lines) + "]"


_concatenate: Callable[[str, str], str] = str.__add__


def _openings(times_ms: Milliseconds) -> list[str]:
    return [f'[{spell_time(at)},"' for at in times_ms.tolist()]


def _metric(labels: Labels) -> str:
    return orjson.dumps(dict(labels.pairs)).decode()


def spell_values(values: Values) -> list[str]:
    """All values of a row at once: orjson writes the digits, what it spells otherwise is spelled again."""
    if not len(values):
        return []
    contiguous = values if values.flags.c_contiguous else values.copy()
    text = orjson.dumps(contiguous, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].decode() + ","
    texts = text.replace(".0,", ",")[:-1].split(",")
    if "e" in text or "n" in text:
        return [
            spell_value(float(value)) if "e" in spelled or spelled == "null" else spelled
            for spelled, value in zip(texts, values.tolist(), strict=True)
        ]
    return texts


def go_seconds(seconds: float) -> float:
    """A duration for JSON; Prometheus writes 0 for what never happened."""
    return seconds if math.isfinite(seconds) else 0.0
