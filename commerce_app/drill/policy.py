"""The alert policy that a drill runs under, as Fireline's own checker states it."""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commerce_app.drill.configuration import SLO_FILE, write_example
from commerce_app.drill.errors import CommandError
from commerce_app.drill.programs import fireline_program

CHECK_SECONDS = 60.0


def read_policy() -> dict[str, Any]:
    """The tiers of each SLO of the drill: windows, factor, whether it can fire.

    Raises:
        CommandError, ServerFailedError: when the checker fails, or there is nothing to check.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_example(Path(folder))
        command = [str(fireline_program()), "alerts", "check", f"{folder}/{SLO_FILE}", "--format", "json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False)  # noqa: S603 -- ours
    try:
        content: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        raise CommandError(f"fireline alerts check: {done.stderr.strip() or 'no JSON'}") from error
    return content


def policy_lines(policy: Mapping[str, Any]) -> list[str]:
    """One line for each tier, in the policy's order."""
    tiers = {tier["tier"]: tier for tier in policy["tiers"]}
    return [_line(name, tier) for name, tier in tiers.items()]


def _line(name: str, tier: Mapping[str, Any]) -> str:
    where = f"for {tier['long']} and {tier['short']}"
    return f"{name} ({tier['severity']}): burn rate over {tier['factor']:g} {where}"
