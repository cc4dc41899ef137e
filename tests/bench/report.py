"""The benches as a page: machine, versions, figures and what they are held against."""

import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import postmortem_report

Figures = Mapping[str, Sequence[Mapping[str, Any]]]

_HEAD = """# Benchmarks

Written by `make bench`, all of it in one run unless a section says otherwise. Ours and the peer answer in
turn, on the same samples and the same machine; figures are medians, and × is the peer's time divided by ours:
above 1 we are faster. Two cores that other programs may use: trust the ratios, not the seconds.
"""


def report(figures: Figures) -> str:
    """Markdown. ``figures``: what each bench gave, by its name."""
    parts = [_HEAD, *_machine()]
    for title, name, table in _SECTIONS:
        parts += ["", f"## {title}", "", *table(figures[name])]
    return "\n".join(parts) + "\n"


def replaced(text: str, figures: Figures) -> str:
    """A report with the sections of these benches anew, each with a note that it ran alone."""
    head, *old = text.rstrip("\n").split("\n## ")
    sections = {part.partition("\n")[0]: part for part in old}
    for title, name, table in _SECTIONS:
        if name in figures:
            note = f"Measured apart from the rest, on {datetime.now(UTC):%Y-%m-%d}."
            sections[title] = "\n".join([title, "", *table(figures[name]), "", note, ""])
    ordered = [sections[title].rstrip("\n") for title, _, _ in _SECTIONS if title in sections]
    return "\n\n## ".join([head.rstrip("\n"), *ordered]) + "\n"


def _machine() -> Iterable[str]:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    cpu = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    yield "| what | |"
    yield "| --- | --- |"
    yield f"| date | {datetime.now(UTC):%Y-%m-%d} |"
    yield f"| machine | {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB |"
    yield f"| Python | {platform.python_version()} |"
    yield f"| Prometheus | {_prometheus()} |"


def _prometheus() -> str:
    done = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, check=True)
    return (done.stdout or done.stderr).splitlines()[0].split(" (")[0].removeprefix("prometheus, version ")


def _rows(*rows: Sequence[object]) -> Iterable[str]:
    head, *rest = rows
    for row in (head, ["---"] * len(head), *rest):
        yield "| " + " | ".join(map(str, row)) + " |"


def _comparisons(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    return _rows(
        ("what", "ours, ms", "Prometheus, ms", "×"),
        *(
            (
                f"`{line['name']}`",
                f"{line['ours'] * 1e3:.2f}",
                f"{line['peer'] * 1e3:.2f}",
                f"{line['ratio']:.1f}",
            )
            for line in lines
        ),
    )


def _budget(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    beside = [line for line in lines if "ours_30d" not in line["name"]]
    yield from _comparisons(beside)
    for line in lines:
        if line not in beside:
            layout = line["name"].rpartition(".")[2]
            yield ""
            times = line["ours"] / line["peer"]
            yield f"{layout}: our 30-day query takes {times:.2f} times our 5-minute query."


def _backtest(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from _rows(
        ("what", "ours, s", "Prometheus, s", "×"),
        *(
            (
                f"`{line['name']}`",
                f"{line['ours']:.2f}",
                ""
                if line["peer"] is None
                else f"{line['peer']:.1f}" + ("*" if line["scaled_by"] > 1 else ""),
                "" if line["ratio"] is None else f"{line['ratio']:.1f}",
            )
            for line in lines
        ),
    )
    yield ""
    scale = max(line["scaled_by"] for line in lines)
    yield (
        f"\\* Extrapolated: `query_range` of one SLO's four tiers over three of the 30 days, × {scale:.0f}. "
        "Prometheus reads raw counters, 5,760 points a query; ours runs the rules with their recordings and "
        "follows each alert's state. `command` is all of `alerts backtest --data DIR`, with its start and "
        "the reading of samples."
    )


def _ingest(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    return _rows(
        ("targets × series", "a round, ms", "samples a second", "prometheus-client, parsing only, ms", "×"),
        *(
            (
                shape,
                f"{line['ours'] * 1e3:.1f}",
                f"{_samples(shape) / line['ours'] / 1e6:.2f} M",
                f"{line['peer'] * 1e3:.0f}",
                f"{line['ratio']:.1f}",
            )
            for line in lines
            for shape in [line["name"].removeprefix("ingest.")]
        ),
    )


def _samples(shape: str) -> int:
    targets, series = shape.split("x")
    return int(targets) * int(series)


def _disk(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    return _rows(
        ("what", "samples", "ours, bytes a sample", "Prometheus, bytes a sample", "×"),
        *(
            (
                f"`{line['name']}`",
                line["samples"],
                f"{line['ours'] / line['samples']:.2f}",
                f"{line['peer'] / line['samples']:.2f}",
                f"{line['ratio']:.2f}",
            )
            for line in lines
        ),
    )


def _readiness(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    return _rows(
        ("10 M samples as", "median, s", "worst, s"),
        *((f"`{line['name']}`", f"{line['median']:.2f}", f"{line['worst']:.2f}") for line in lines),
    )


def _memory(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    (line,) = lines
    return _rows(
        ("samples", "most resident, MB", "at the end, MB"),
        (line["samples"], f"{line['peak'] / 1e6:.0f}", f"{line['resident'] / 1e6:.0f}"),
    )


def _delay(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    (line,) = lines
    return _rows(
        ("evaluations", "queries meanwhile", "median, ms", "p99, ms", "worst, ms"),
        (
            line["evaluations"],
            line["queries"],
            *(f"{line[key] * 1e3:.0f}" for key in ("median", "p99", "worst")),
        ),
    )


def _slos(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    ours = lines[0]["cores"]
    yield from _rows(
        ("engine and rules", "rules", "of one core", "×"),
        *(
            (
                f"`{line['name']}`",
                line["rules"],
                f"{100 * line['cores']:.1f} %",
                f"{line['cores'] / ours:.1f}",
            )
            for line in lines
        ),
    )
    yield ""
    yield (
        "CPU of the process over two minutes, scraping 2,000 series and storing included; all three run at "
        "once. The stores began empty: with days of history Prometheus' long windows would read more. "
        "`prometheus.sloth` has seven windows' ratios and two alerts an SLO, and leaves the period out."
    )


def _hot_key(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from _rows(
        ("cache", "expiries", "loads of one, mean", "at most", "median wait, ms", "p99, ms", "worst, ms"),
        *(
            (
                f"`{line['name']}`",
                line["rounds"],
                f"{line['loads']:.2f}",
                line["most_loads"],
                f"{line['median'] * 1e3:.0f}",
                f"{line['p99'] * 1e3:.0f}",
                f"{line['worst'] * 1e3:.0f}",
            )
            for line in lines
        ),
    )
    yield ""
    yield (
        "500 readers in each process, all at once, in turn with each cache; a load is a product's rank, on a "
        "real replica. Ours with `single_flight` and `distributed_lock`; cashews with `lock=True` and its "
        "protection of the process. Median and p99 are those of an expiry, medians of all."
    )


def _instrumentation(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    (line,) = lines
    yield from _rows(
        ("the shop", "requests a second", "its CPU for a request, ms"),
        ("with", f"{line['on_rps']:.0f}", f"{line['on_cpu'] * 1e3:.3f}"),
        ("without", f"{line['off_rps']:.0f}", f"{line['off_cpu'] * 1e3:.3f}"),
        ("instrumentation", f"{-line['lost']:+.1%}", f"{line['more_cpu']:+.1%}"),
    )
    yield ""
    yield (
        f"Medians of {line['rounds']} rounds of both in turn, in the last line of each round's own share; "
        "wanted: at most 10 % fewer requests. k6 with 16 customers, one request after another: 82 % product "
        "pages, 8 % the popular list, 10 % orders, no protection on. Without: no middleware that measures, "
        "no hooks on the databases and Redis, and counters that do nothing (`tests/bench/bare_shop.py`)."
    )


def _orders(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    (line,) = lines
    yield from _rows(
        ("shop", "orders a second", "p95, ms", "did not hold", "×"),
        ("`fireline`", f"{line['rps']:.0f}", f"{line['p95'] * 1e3:.0f}", f"{line['failed_at']:.0f}",
         f"{line['ratio']:.1f}"),
        ("the incident's", "14–20", "800", "20", "1.0"),
    )  # fmt: skip
    yield ""
    yield (
        "`k6-order-test` at one rate for 20 s, doubled until it fails, then halved to within 5 %. The "
        "shop's process has one core; the databases and k6 share what is left. The incident's figures are "
        "its team's, on a machine of theirs: it hashed passwords in the request."
    )


def _causes(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    def share(value: float | None) -> str:
        return "cannot say" if value is None else f"{value:.3f}"

    if not lines:
        yield "Not measured: there are no recordings of drills in `tests/postmortem/recordings`."
        return
    yield from _rows(
        ("method", "recordings", "rankings", "first", "first three", "its part first", "protected: none"),
        *(
            (line["method"], line["judged_on"], line["rankings"], share(line["first"]),
             share(line["first_three"]), share(line["part_first"]), share(line["none"]))
            for line in lines
        ),
    )  # fmt: skip
    yield ""
    yield (
        "Recordings of live drills (`tests/postmortem/recordings`), each as it is and in ten seeded "
        "variations: noise of 8 %, series up to two scrapes late, traffic times 0.5 to 3, one series and "
        "one sample in twenty missing. Left out are acts that did not go as their scenario foretold, "
        "those whose objectives were missed before the fault, and those that from the fault on do not "
        "show what they should: harm in an unprotected act, none in a protected one. Held out: "
        "`redis-gone`, `replica-saturated`, `lock-contention`, `network-partition`. Unseen map: all of "
        "them with other services, names and metrics, and one role for every part. Older map: suites "
        "recorded before the shop's map told time-outs, broken connections, restarts and medians; the "
        "peers are measured on the newer ones. They rank series, "
        "so they are judged by the part alone; they are told when users were first hurt, and what users "
        "feel is left out for them."
    )


def _turning_points(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    by_key = {(line["name"], line["shape"], line["noise"]): line for line in lines}
    low, high = sorted({line["noise"] for line in lines if line["noise"] is not None})
    names, shapes = (tuple(dict.fromkeys(line[key] for line in lines)) for key in ("name", "shape"))

    def cells(name: str, shape: str) -> Iterable[str]:
        pair = [by_key[name, shape, noise] for noise in (low, high)]
        yield from ("" if line["hit"] is None else f"{line['hit']:.3f}" for line in pair)
        yield from (f"{line['false']:.3f}" for line in pair)

    def times(name: str) -> Iterable[str]:
        line = by_key[name, "all", high]
        yield from (f"{1e3 * line['seconds']:.1f}", f"{1e3 * line['day_seconds']:.0f}", line["setting"])

    heads = (f"hit, {low:.0%} noise", f"{high:.0%}", f"false a series, {low:.0%}", f"{high:.0%}")
    yield from _rows(
        ("detector", *heads, "a series, ms", "a day, ms", "setting"),
        *((f"`{name}`", *cells(name, "all"), *times(name)) for name in names),
    )
    yield ""
    yield (
        "Each shape 60 times: 600 samples, one every 15 s; a change is hit from a minute before to two after "
        "its first sample, and every further point is false, also a second one on the same ramp. Each peer "
        "at the setting with the most hits less false points on other seeds; times are CPU, a day is 5,760 "
        "samples. Ours by shape:"
    )
    yield ""
    generated = [shape for shape in shapes if shape not in {"all", "drills"}]
    yield from _rows(("shape", *heads), *((f"`{shape}`", *cells(names[0], shape)) for shape in generated))
    drills = [line for line in lines if line["shape"] == "drills"]
    if drills:
        yield ""
        yield (
            "Recordings of drills: acts in which a series of the faulty part, or one that users feel, turns "
            "from four scrapes before the fault's begin to eight after it; and points before that."
        )
        yield ""
        yield from _rows(
            ("detector", "acts hit", "points before, a series", "series"),
            *(
                (f"`{line['name']}`", f"{line['hit']:.3f}", f"{line['false']:.3f}", line["series"])
                for line in drills
            ),
        )


def _postmortem_report(lines: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from _rows(
        (
            "samples",
            "figures",
            "to three files, s",
            "fastest, s",
            "`verify` of all three, s",
            "JSON, MB",
            "HTML, MB",
        ),
        *(
            (
                f"{line['samples']:,}",
                line["figures"],
                f"{line['seconds']:.2f}",
                f"{line['fastest']:.2f}",
                f"{line['verify_seconds']:.2f}",
                f"{line['archive_bytes'] / 1e6:.1f}",
                f"{line['page_bytes'] / 1e6:.1f}",
            )
            for line in lines
        ),
    )
    yield ""
    yield (
        "From the evidence in hand to Markdown, HTML and JSON on the disk (fsync included), as `postmortem "
        "report` does it with three `--out`; wanted: under 2 s. First row: one sample a minute, which is "
        "what a report asks for over a day; second: one every 15 s, as scraped. Half of the series turn; "
        f"three objectives, {postmortem_report.EVENTS} events. Medians of {lines[0]['runs']} runs; none "
        "keeps what another fitted."
    )


_SECTIONS: tuple[tuple[str, str, Callable[[Sequence[Mapping[str, Any]]], Iterable[str]]], ...] = (
    ("Queries: six hours, a point every 15 s, 1,000 series", "queries", _comparisons),
    ("Error budgets of 20 SLOs on raw counters, 30 days every 15 s", "budget", _budget),
    ("A backtest: 20 SLOs, the workbook's four tiers, 30 days every 15 s", "backtest", _backtest),
    ("Finding some of 100,000 series, by selectors that are new each time", "index", _comparisons),
    ("A repeat scrape, parsed and durable, on one thread", "ingest", _ingest),
    ("Disk, packed", "disk", _disk),
    ("From the start of the process to ready", "readiness", _readiness),
    ("Memory: 100,000 series, scraped every 15 s for three hours", "memory", _memory),
    ("1,000 SLOs, the workbook's four tiers, evaluated every 15 s", "slos", _slos),
    (
        "A rule group of 20 rules, evaluated each second while two clients query without a pause",
        "rule_delay",
        _delay,
    ),
    ("The shop's cache: a hot key expires under 1,000 readers in two processes", "hot_key", _hot_key),
    ("The shop on one core, with its instrumentation and without", "instrumentation", _instrumentation),
    ("Orders a second on one core, within p95 < 800 ms and 2 % failed", "orders", _orders),
    ("Causes: does the true fault rank first?", "causes", _causes),
    ("Turning points: generated series whose changes are known", "turning_points", _turning_points),
    ("A post-mortem of 24 hours over 50 series", "postmortem_report", _postmortem_report),
)
