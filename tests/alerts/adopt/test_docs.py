import re
from pathlib import Path

import pytest

from alerts.adopt import rules_check
from alerts.adopt.catalogue import load_catalogue
from alerts.adopt.cli import adopt_command

TEXT = Path("docs/adopt.md").read_text(encoding="utf-8")
SOURCE = Path(rules_check.__file__).read_text(encoding="utf-8")


@pytest.mark.parametrize("option", [one.opts[0] for one in adopt_command.params])
def test_every_option_is_documented(option):
    assert f"`{option}`" in TEXT


@pytest.mark.parametrize(
    "rule", sorted(set(re.findall(r'RuleFinding\(\s*"(?:error|warning)", "([a-z-]+)"', SOURCE)))
)
def test_every_finding_is_documented(rule):
    assert f"`{rule}`" in TEXT


def test_the_names_of_an_ecosystems_signals_are_its_own():
    names = [(one.part, signal.name) for one in load_catalogue() for signal in one.signals]
    assert len(names) == len(set(names))
