"""`python -m tests.bench --out var/bench.json`: runs every bench and prints a table."""

import argparse
import dataclasses
import json
from pathlib import Path

from tests.bench import queries
from tests.bench.measure import Comparison


def _line(comparison: Comparison) -> str:
    ours, peer, ratio = comparison.ours, comparison.peer, comparison.ratio
    return f"{comparison.name:40} ours {ours:8.4f} s   peer {peer:8.4f} s   × {ratio:6.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    out: Path = parser.parse_args().out
    results = []
    for comparison in queries.run():
        results.append(dataclasses.asdict(comparison))
        print(_line(comparison))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
