"""What an engine replied to a query, and how two replies differ."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.labels import Labels
from collector.promql.results import Answer, MatrixResult, ScalarResult, StringResult, VectorResult

# Stricter than the suite's own tester, which allows 1e-5.
TOLERANCE = 1e-6
Points = Mapping[int, float]


@dataclass(frozen=True)
class Reply:
    """kind: matrix, vector, scalar, string or error; text: of a string or an error.

    series: values by milliseconds; a scalar has empty labels.
    """

    kind: str
    series: Mapping[Labels, Points] = field(default_factory=dict)
    text: str = ""


def reply_of_json(body: Mapping[str, Any]) -> Reply:
    """The reply in a body of the HTTP API."""
    if body["status"] != "success":
        return Reply("error", text=f"{body['errorType']}: {body['error']}")
    kind, result = body["data"]["resultType"], body["data"]["result"]
    match kind:
        case "matrix":
            # Prometheus leaves series without points in the answer of an instant query.
            pairs = ((Labels(one["metric"]), _points(one.get("values", []))) for one in result)
            return Reply(kind, {labels: points for labels, points in pairs if points})
        case "vector":
            return Reply(kind, {Labels(one["metric"]): _points([one["value"]]) for one in result})
        case "scalar":
            return Reply(kind, {Labels(): _points([result])})
        case _:
            return Reply(kind, text=result[1])


def reply_of_answer(answer: Answer, at_ms: int) -> Reply:
    """The reply of the engine in this process."""
    match answer.result:
        case MatrixResult(series=series):
            points = {
                one.labels: dict(zip(one.times_ms.tolist(), one.values.tolist(), strict=True))
                for one in series
            }
            return Reply("matrix", points)
        case VectorResult(labels=labels, values=values):
            pairs = zip(labels, values.tolist(), strict=True)
            return Reply("vector", {one: {at_ms: value} for one, value in pairs})
        case ScalarResult(value=value):
            return Reply("scalar", {Labels(): {at_ms: value}})
        case StringResult(value=value):
            return Reply("string", text=value)


def difference(theirs: Reply, ours: Reply) -> str | None:
    """What differs first, or None; that both failed is agreement."""
    if theirs.kind != ours.kind:
        return f"theirs is {_described(theirs)}, ours {_described(ours)}"
    if theirs.kind == "error":
        return None
    if theirs.kind == "string":
        return None if theirs.text == ours.text else f"theirs is {theirs.text!r}, ours {ours.text!r}"
    if surplus := theirs.series.keys() ^ ours.series.keys():
        one = min(surplus, key=str)
        return f"only {'theirs' if one in theirs.series else 'ours'} has {one} ({len(surplus)} such series)"
    for labels, points in theirs.series.items():
        if found := _points_difference(points, ours.series[labels]):
            return f"{labels} {found}"
    return None


def _described(reply: Reply) -> str:
    return f"an error ({reply.text})" if reply.kind == "error" else f"a {reply.kind}"


def _points_difference(theirs: Points, ours: Points) -> str | None:
    if surplus := theirs.keys() ^ ours.keys():
        at = min(surplus)
        return f"at {at} ms has a value in {'theirs' if at in theirs else 'ours'} only"
    for at, value in theirs.items():
        if not same(value, ours[at]):
            return f"at {at} ms is {value!r} in theirs, {ours[at]!r} in ours"
    return None


def same(a: float, b: float) -> bool:
    """Equal, both NaN, or apart by less than a millionth of the lesser."""
    return (
        a == b
        or (math.isnan(a) and math.isnan(b))
        or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= TOLERANCE * min(abs(a), abs(b)))
    )


def _points(pairs: Sequence[tuple[float, str]]) -> dict[int, float]:
    return {round(at * 1000): float(value) for at, value in pairs}
