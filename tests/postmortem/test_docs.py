import json
import re
from pathlib import Path

import pytest

from alerts.action_items import Horizon
from alerts.timeline_rows import RowKind
from dashboards.up_cli import up
from postmortem.archive.archive import Archive
from postmortem.causes.leads import Order
from postmortem.cli import main
from postmortem.facts import Operation, RecordKind
from postmortem.reductions import Reduction
from postmortem.turning_points.bends import Then

PAGES = Path(__file__).parents[2] / "docs"
DOCS = (PAGES / "postmortem.md").read_text(encoding="utf-8")
ARCHIVE = (PAGES / "postmortem-archive.md").read_text(encoding="utf-8")
# What is in these depends on the incident, or is told once for all moves.
OPEN = re.compile(
    r".*\.(labels|annotations|attributes|titles?|calendar)|unavailable|timeline\[\]\.alerts\[\]"
    r"|causes\.(weaknesses|amplifiers|candidates\[\]\.(unexpected|absent|earlier))\[\]|digests"
)
COMMANDS = {name: main.get_command(None, name) for name in main.list_commands(None)}
NAMED = {"series": "ID", "signals.services": "NAME"}  # keys of these are names of things


def leaves():
    """Each command with its name; those of a group with the group's."""
    for name, command in COMMANDS.items():
        yield from ((name, each) for each in getattr(command, "commands", {"": command}).values())


@pytest.mark.parametrize(
    ("command", "option"),
    [(name, o) for name, c in leaves() for p in c.params for o in p.opts if o.startswith("--")],
)
def test_every_option_is_documented(command, option):
    own = PAGES / f"postmortem-{command}.md"
    assert f"`{option}`" in (own.read_text(encoding="utf-8") if own.exists() else DOCS)


def keys(node, at=""):
    """The path of every key, as the docs write it."""
    if isinstance(node, list):
        for item in node:
            yield from keys(item, f"{at}[]")
    elif isinstance(node, dict) and not OPEN.fullmatch(at):
        for key, value in node.items():
            path = f"{at}.{NAMED.get(at, key)}" if at else key
            yield from ((path,) if at not in NAMED else ())
            yield from keys(value, path)


ITEM = {
    "id": 900,
    "at": 1756867200.0,
    "kind": "action",
    "text": "raise the limits",
    "author": "lee",
    "incident": "2025-09-03-1",
    "attributes": {"action": 1, "change": "added", "owner": "kim", "due": "2025-09-08"},
}


def test_keys_of_the_archive_and_of_its_docs_are_the_same(report_on, seed_raw):
    report = report_on([*seed_raw.events, ITEM], estimates=[{"signal": "orders"}])
    documented = re.findall(r"^\| `([^`]+)` \|", ARCHIVE, re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == set(keys(json.loads(Archive.of(report).text)))


@pytest.mark.parametrize("word", [*Reduction, *Operation, *RecordKind, *RowKind, *Then, *Order, *Horizon])
def test_every_word_of_the_archive_is_documented(word):
    assert re.search(rf"\b{word}\b", ARCHIVE)


def test_every_module_is_documented():
    modules = Path(main.callback.__code__.co_filename).parent.glob("[a-z]*.py")
    unsaid = {"cli", "errors", "report"}
    assert not [m.stem for m in modules if m.stem not in unsaid and f"`{m.stem}`" not in DOCS]


def test_every_module_of_a_chapter_of_its_own_is_documented():
    package = Path(main.callback.__code__.co_filename).parent
    grouped = ("actions", "archive", "cases", "fits", "impact", "turning_points", "words")
    modules = [module for name in grouped for module in (package / name).glob("[a-z]*.py")]
    assert len(modules) > 30
    assert not [m for m in modules if f"`{m.parent.name}/{m.stem}`" not in DOCS]


def test_examples_show_the_port_that_fireline_up_listens_on():
    listen = next(p for p in up.params if p.name == "listen")
    port = listen.default.rpartition(":")[2]
    url = next(p for p in COMMANDS["report"].params if "--url" in p.opts)
    shown = re.findall(r"localhost:(\d+)", DOCS + url.help)
    assert len(shown) >= 3
    assert set(shown) == {port}
