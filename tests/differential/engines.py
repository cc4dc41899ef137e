"""Asks Prometheus and our engine the same."""

from collections.abc import Mapping

import httpx

from collector.errors import QueryError
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.promql.engine import Engine
from tests.compliance.replies import Reply, reply_of_answer, reply_of_json
from tests.differential.cases import Case
from tests.differential.samples import Column


def engine_on(series: Mapping[Labels, Column]) -> Engine:
    store = MemoryStore()
    for labels, column in series.items():
        store.append_column(labels, column.times, column.values)
    return Engine(store, experimental=True)


def ask_ours(engine: Engine, case: Case) -> Reply:
    try:
        if case.instant:
            answer = engine.instant(case.query, case.start_ms)
        else:
            answer = engine.range(case.query, case.start_ms, case.end_ms, case.step_ms)
    except QueryError as error:
        return Reply("error", text=f"{error.kind}: {error}")
    return reply_of_answer(answer, case.start_ms)


def ask_theirs(client: httpx.Client, url: str, case: Case) -> Reply:
    form = {"query": in_242(case.query), "time": case.start_ms / 1000}
    if not case.instant:
        edges = {"start": case.start_ms / 1000, "end": case.end_ms / 1000, "step": case.step_ms / 1000}
        form = {"query": form["query"], **edges}
    path = "query" if case.instant else "query_range"
    return reply_of_json(client.post(f"{url}/api/v1/{path}", data=form).json())


def in_242(query: str) -> str:
    """The query with what v3 renamed."""
    return query.replace("double_exponential_smoothing", "holt_winters")
