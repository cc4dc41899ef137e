"""What the shop's pages say to somebody who extends it holds: files, folders and names exist."""

import importlib
import re
from pathlib import Path

import pytest

from commerce_app.drill.offer import LOAD, request_kinds
from commerce_app.drill.scenario import SCENARIOS, load_scenario
from commerce_app.drill.series import MEASURED
from commerce_app.switches import Switch

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# A path of the repository, and not one with a NAME or ellipsis to be filled in.
PATH = re.compile(r"`(commerce_app/[\w./-]+)`")


def section(page, title):
    """The text under a heading, up to the next of its level."""
    parts = re.split(r"^## ", (DOCS / page).read_text(), flags=re.MULTILINE)
    (found,) = [part for part in parts if part.startswith(f"{title}\n")]
    return found


SECTIONS = {
    "add a protection": section("shop.md", "Add a protection"),
    "add a drill": section("drills.md", "Add a drill"),
    "roadmap": (DOCS / "roadmap.md").read_text(),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_files_that_are_named_exist(name):
    named = [path for path in PATH.findall(SECTIONS[name]) if "NAME" not in path]
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("switch", Switch)
def test_every_switch_has_its_row(switch):
    assert f"\n| `{switch}` | " in (DOCS / "shop.md").read_text()


def test_the_drill_that_is_shown_is_one(tmp_path):
    (shown,) = re.findall(r"```yaml\n(.*?)```", SECTIONS["add a drill"], re.DOTALL)
    path = tmp_path / "redis-resets.yml"
    path.write_text(shown)
    scenario = load_scenario(str(path))
    assert scenario.expects is not None
    assert {*scenario.acts["protected"].switches} <= {switch.value for switch in Switch}
    seconds = sum(stage.hold_seconds for stage in scenario.load.stages)
    assert seconds >= 120


def test_a_drill_is_registered_by_where_it_lies():
    assert f"`{SCENARIOS.relative_to(ROOT)}/NAME.yml`" in SECTIONS["add a drill"]


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("commerce_app.stack.process", "Child"),
        ("commerce_app.stack.process", "Placement"),
        ("commerce_app.cli", "_listener"),
        ("commerce_app.cli", "GRACE_SECONDS"),
        ("commerce_app.switchboard", "Switchboard.mirror"),
        ("commerce_app.product.warming", "Warming.hottest"),
        ("commerce_app.product.warming", "Warming.prewarm"),
        ("commerce_app.resilience.adaptive_limit", "AdaptiveLimit"),
        ("commerce_app.outbox.relay", "Relay"),
        ("commerce_app.app", "_add_routes"),
        ("commerce_app.product.routes", "product_routes"),
        ("commerce_app.database.reads", "Reads"),
    ],
)
def test_seams_that_the_roadmap_names_exist(module, name):
    *_, last = name.split(".")
    assert f"`{last}`" in SECTIONS["roadmap"]
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("`mix`, of `customers.js`", request_kinds("customers.js")),
        ("`series`", [each.name for each in MEASURED]),
        ("`customers`", re.findall(r"new Rate\('(\w+)'\)", (LOAD / "customers.js").read_text())),
    ],
)
def test_the_words_of_a_drill_are_told(where, words):
    (row,) = [line for line in SECTIONS["add a drill"].splitlines() if line.startswith(f"| {where} |")]
    assert [word for word in words if f"`{word}`" not in row] == []
