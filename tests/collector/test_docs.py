"""docs/collector.md names every flag, key, metric and template function that exists."""

import re
from pathlib import Path

import pytest

from collector import config, config_http, config_query, relabel, scrape
from collector.api import v1
from collector.api.metrics import own_metrics
from collector.app import Collector
from collector.cli import collector as commands
from collector.config import parse_config
from collector.rules import files
from collector.ruletest import file
from collector.template_functions import FUNCTIONS

DOCS = (Path(__file__).parents[2] / "docs" / "collector.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"\w+", DOCS))
_ASKED = re.compile(
    r"\.(?:text|required|flag|(?:positive_)?(?:count|seconds)|size_bytes|choice|strings|mapping|section|sections|optional|raw)"
    r'\(\s*"(\w+)"'
)


@pytest.mark.parametrize(
    "module", [config, config_http, config_query, relabel, files, file], ids=lambda module: module.__name__
)
def test_every_key_is_documented(module):
    source = Path(module.__file__).read_text(encoding="utf-8")
    keys = set(_ASKED.findall(source))
    known_from_prometheus = {"groups", "record", "alert", "expr", "annotations", "interval"}
    assert keys - known_from_prometheus <= WORDS


@pytest.mark.parametrize("command", commands.commands.values(), ids=lambda command: command.name)
def test_every_command_and_flag_is_documented(command):
    assert f"fireline collector {command.name}" in DOCS
    flags = {flag for parameter in command.params for flag in parameter.opts if flag.startswith("--")}
    assert flags <= set(re.findall(r"--[a-z-]+", DOCS))


def test_every_template_function_and_report_is_documented():
    assert set(FUNCTIONS) <= WORDS
    assert set(scrape.REPORTS) <= WORDS


def test_every_route_is_documented():
    named = {path.split("/")[-1] for path in [*v1._QUERIES, *v1._STATUS]}
    assert named <= WORDS


def test_every_own_metric_is_documented_and_every_documented_one_exists(tmp_path):
    collector = Collector(parse_config({}, "f.yml"), tmp_path)
    page = own_metrics(collector).decode()
    collector.stop()
    exposed = set(re.findall(r"^# TYPE (\w+)", page, re.MULTILINE))
    assert set(re.findall(r"`(fireline_\w+|process_\w+)", DOCS)) == exposed
