import re
from pathlib import Path

import pytest

from postmortem.cli import main
from postmortem.lint.review import RULES
from postmortem.lint.rules.series_disagree import TOLERANCE

DOCS = (Path(__file__).parents[3] / "docs" / "postmortem-lint.md").read_text(encoding="utf-8")


def test_every_rule_is_documented_and_every_one_documented_exists():
    rules = DOCS.partition("\n## Rules\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", rules, re.MULTILINE)) == {rule.name for rule in RULES}


def test_the_tolerance_is_the_one_told():
    assert f"within {TOLERANCE:.0%}" in DOCS


@pytest.mark.parametrize(
    "module", [p.stem for p in Path(main.callback.__code__.co_filename).parent.glob("lint/[a-z]*.py")]
)
def test_every_module_is_documented(module):
    assert f"`{module}`" in DOCS
