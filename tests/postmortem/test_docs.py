import json
import re
from pathlib import Path

import pytest

from dashboards.up_cli import up
from postmortem.archive import Archive
from postmortem.cli import main
from postmortem.facts import Operation
from postmortem.reductions import Reduction

PAGES = Path(__file__).parents[2] / "docs"
DOCS = (PAGES / "postmortem.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "option"),
    [(name, o) for name, c in main.commands.items() for p in c.params for o in p.opts if o.startswith("--")],
)
def test_every_option_is_documented(command, option):
    own = PAGES / f"postmortem-{command}.md"
    assert f"`{option}`" in (own.read_text(encoding="utf-8") if own.exists() else DOCS)


def test_every_key_of_the_archive_is_documented(seed_report):
    assert [key for key in json.loads(Archive.of(seed_report).text) if f"`{key}`" not in DOCS] == []


@pytest.mark.parametrize("word", [*Reduction, *Operation])
def test_every_way_to_a_figure_is_documented(word):
    assert word.value in DOCS


def test_every_module_is_documented():
    modules = Path(main.callback.__code__.co_filename).parent.glob("[a-z]*.py")
    unsaid = {"cli", "errors", "report"}
    assert not [m.stem for m in modules if m.stem not in unsaid and f"`{m.stem}`" not in DOCS]


def test_examples_show_the_port_that_fireline_up_listens_on():
    listen = next(p for p in up.params if p.name == "listen")
    port = listen.default.rpartition(":")[2]
    url = next(p for p in main.commands["report"].params if "--url" in p.opts)
    shown = re.findall(r"localhost:(\d+)", DOCS + url.help)
    assert len(shown) >= 3
    assert set(shown) == {port}
