from pathlib import Path
from typing import get_args

import click
import pytest

from alerts import cli, policy, signals
from alerts.exclusions import files as exclusion_files
from alerts.formats.openslo import metadata
from alerts.guardrails import spec as guardrails

TEXT = Path("docs/slos.md").read_text(encoding="utf-8")

MODELS = [
    metadata.SloAnnotations,
    metadata.ConditionAnnotations,
    policy._TierFile,
    guardrails._GuardrailFile,
    guardrails._BaselineFile,
    signals._SignalFile,
    signals._ServiceFile,
    exclusion_files._ExclusionFile,
]


@pytest.mark.parametrize(
    "key", sorted({field.alias or name for model in MODELS for name, field in model.model_fields.items()})
)
def test_every_key_of_our_files_is_documented(key):
    assert f"`{key}`" in TEXT


COMMANDS = [cli.alerts.get_command(None, name) for name in cli.alerts.list_commands(None)]


@pytest.mark.parametrize("command", [cli.replay, *COMMANDS], ids=lambda command: command.name)
def test_every_command_and_flag_is_documented(command):
    assert f"{command.name} " in TEXT
    for option in command.params:
        if isinstance(option, click.Option) and option.name != "help":
            assert option.opts[0] in TEXT


@pytest.mark.parametrize("name", policy.built_in_names())
def test_every_built_in_policy_is_documented(name):
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize(
    "path",
    ["docs/slos.md", "dashboards/starter_files/signals.yml", "dashboards/starter_files/ko/signals.yml"],
)
def test_every_role_of_a_signal_is_listed(path):
    assert " ".join(get_args(signals.Role)) in Path(path).read_text(encoding="utf-8")
