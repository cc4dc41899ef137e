"""Answers cut to the number of series that a request wants."""

from dataclasses import replace

from collector.promql.results import Answer, MatrixResult, VectorResult

TRUNCATED = "results truncated due to limit"


def truncated(answer: Answer, limit: int) -> Answer:
    """The first series of a vector or matrix, with a warning where others went; a limit of 0 is none."""
    result = answer.result
    match result:
        case VectorResult(labels=labels) if 0 < limit < len(labels):
            result = replace(result, labels=labels[:limit], values=result.values[:limit])
        case MatrixResult(series=series) if 0 < limit < len(series):
            result = MatrixResult(series[:limit])
        case _:
            return answer
    return replace(answer, result=result, warnings=(*answer.warnings, TRUNCATED))
