"""What a drill's `fireline up` runs with: Fireline's own example for the shop, and two files of the drill."""

import string
from collections.abc import Mapping
from pathlib import Path

from commerce_app.drill.programs import fireline_program
from commerce_app.drill.scenario import Act, Scenario
from commerce_app.stack.process import run

TEMPLATES = Path(__file__).parent / "config"
SLO_FILE = "slos/shop.slo.yml"


def write_example(folder: Path) -> None:
    """Has Fireline write the shop's objectives, guardrails and signal map into ``folder``, which is there.

    Raises:
        CommandError, ServerFailedError: when it cannot.
    """
    run("fireline init", [fireline_program(), "init", folder, "--example", "shop"], folder / "init.log")


def write_configuration(
    folder: Path, scenario: Scenario, act: Act, targets: Mapping[str, str], language: str
) -> None:
    """The example, with the drill's own ``fireline.yml`` in place of its.

    targets: HOST:PORT of ``shop`` and ``exporter``.
    """
    values = {
        **targets,
        "language": language,
        "scrape_interval": f"{scenario.measuring.scrape_seconds:g}s",
        "shadow": str(act.shadow).lower(),
        "alarm_for": scenario.alarm_for,
    }
    write_example(folder)
    for template in sorted(TEMPLATES.glob("*.yml")):
        text = string.Template(template.read_text(encoding="utf-8")).substitute(values)
        (folder / template.name).write_text(text, encoding="utf-8")
