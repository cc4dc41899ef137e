"""The whole demonstration: the acts, their reports, the replay, Grafana's dashboards, the closing table."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from commerce_app.drill.act import ActRecord, ActRun
from commerce_app.drill.comparison import compare
from commerce_app.drill.display import ConsoleDisplay
from commerce_app.drill.errors import CommandError
from commerce_app.drill.out_folder import filling
from commerce_app.drill.plant import Plant
from commerce_app.drill.programs import fireline_program, postmortem_program
from commerce_app.drill.scenario import Scenario
from commerce_app.drill.written import write_json
from commerce_app.stack.inventory import describe
from commerce_app.stack.process import run
from commerce_app.stack.stack import Servers, Stack

COMMAND_SECONDS = 120.0
ARCHIVE, REPORT_ZONE = "postmortem.json", "Asia/Seoul"  # that of the drill's configuration
REPORTS = {"en": ("postmortem.en.md",), "ko": ("postmortem.ko.md", "postmortem.html")}
AfterAct = Callable[[Plant, ActRecord], None]


class Drill:
    """Runs acts one after another on one set of servers; everything lands in ``out``."""

    def __init__(self, scenario: Scenario, out: Path, language: str, display: ConsoleDisplay) -> None:
        self._scenario = scenario
        self._out = out
        self._language = language
        self._display = display
        self._servers: Servers | None = None
        self._exit = ExitStack()
        self.records: dict[str, ActRecord] = {}

    def __enter__(self) -> "Drill":
        with self._exit:
            self._exit.enter_context(filling(self._out))
            self._display.say("starting Valkey, a PostgreSQL primary and its read replica")
            self._servers = self._exit.enter_context(Stack())
            write_json(self._out / "stack.json", describe(self._servers))
            self._exit = self._exit.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._display.say("stopping everything")
        self._exit.close()

    def run(self, name: str, after: AfterAct | None = None) -> ActRecord:
        """Live through an act; ``after`` is called while Fireline still answers."""
        assert self._servers is not None, "enter the drill first"
        act = self._scenario.acts[name]
        folder = self._out / "acts" / name
        shutil.rmtree(folder, ignore_errors=True)
        with self._display.act(act.title.en, act.end_seconds or self._scenario.limit_seconds):
            plant = Plant(
                self._scenario,
                act,
                self._servers,
                folder=folder,
                language=self._language,
                say=self._display.say,
            )
            with plant:
                self._display.say(f"the control room is at {plant.address}")
                record = ActRun(self._scenario, name, plant, self._display).run()
                self.records[name] = record
                if after:
                    after(plant, record)
        return record

    def finish(self, policy: Mapping[str, Any]) -> dict[str, Any]:
        """Write and return the comparison of the acts that ran."""
        comparison = compare(self._scenario, self.records, dict(policy))
        write_json(self._out / "comparison.json", comparison)
        return comparison

    def write_reports(self, plant: Plant, record: ActRecord) -> None:
        """The post-mortem in both languages, while the evidence can be asked for."""
        if record.incident is None:
            raise CommandError(f"{record.act}: no incident was opened, so there is nothing to report on")
        self._display.say("writing the post-mortem in Korean and English")
        archive = str(self._out / ARCHIVE)
        self._report(record.incident, "--url", plant.address, "--out", archive)
        for language, names in REPORTS.items():
            told = ("--lang", language, "--time-zone", REPORT_ZONE)
            outs = [part for name in names for part in ("--out", str(self._out / name))]
            self._report("--archive", archive, *told, *outs)
        self._command(postmortem_program(), ["verify", archive], "verify")

    def _report(self, *arguments: str) -> None:
        self._command(postmortem_program(), ["report", *arguments], "postmortem")

    def export_dashboards(self, plant: Plant) -> None:
        config = self._out / "acts" / "late" / "fireline.yml"
        arguments = [
            "dashboards",
            "export",
            str(self._out / "grafana"),
            "--config",
            str(config),
            "--url",
            plant.address,
        ]
        self._command(fireline_program(), arguments, "dashboards")

    def replay(self) -> None:
        """The document's own ninety minutes through the default policy."""
        self._display.say("replaying the document's own figures under the default policy")
        arguments = ["replay", "--lang", "ko", "--out", str(self._out / "replay.ko.md")]
        self._command(fireline_program(), arguments, "replay")

    def _command(self, program: Path, arguments: Sequence[str], name: str) -> None:
        run(name, [program, *arguments], self._out / f"{name}.log", timeout_seconds=COMMAND_SECONDS)
