"""`python -m tests.bench`: runs the benches, prints them, and writes docs/benchmarks.md."""

import argparse
import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.bench import (
    backtest,
    budget,
    causes,
    disk,
    hot_key,
    index,
    ingest,
    instrumentation,
    memory,
    orders,
    postmortem_report,
    queries,
    readiness,
    rule_delay,
    slos,
    turning_points,
)
from tests.bench.report import replaced, report

BENCHES: dict[str, Callable[[], Iterable[Any]]] = {
    "queries": queries.run,
    "budget": budget.run,
    "backtest": backtest.run,
    "index": index.run,
    "ingest": ingest.run,
    "disk": disk.run,
    "readiness": readiness.run,
    "memory": lambda: [memory.run()],
    "slos": slos.run,
    "rule_delay": lambda: [rule_delay.run()],
    "hot_key": hot_key.run,
    "instrumentation": instrumentation.run,
    "orders": orders.run,
    "causes": causes.run,
    "turning_points": turning_points.run,
    "postmortem_report": postmortem_report.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", nargs="*", help=f"one of {', '.join(BENCHES)}; all unless given")
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"), help="the figures")
    parser.add_argument("--report", type=Path, default=Path("docs/benchmarks.md"))
    parser.add_argument("--into-report", action="store_true", help="replace what the report says of these")
    arguments = parser.parse_args()
    if unknown := set(arguments.bench) - set(BENCHES):
        parser.error(f"unknown: {', '.join(unknown)}: expected some of {', '.join(BENCHES)}")
    figures = {name: _measured(name) for name in arguments.bench or BENCHES}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(figures, indent=1) + "\n")
    if not arguments.bench:
        arguments.report.write_text(report(figures))
    elif arguments.into_report:
        arguments.report.write_text(replaced(arguments.report.read_text(), figures))


def _measured(name: str) -> list[dict[str, Any]]:
    found = []
    for each in BENCHES[name]():
        found.append(dataclasses.asdict(each))
        print(name, found[-1], flush=True)
    return found


if __name__ == "__main__":
    main()
