import math

import pytest
import yaml

from commerce_app.drill.errors import ScenarioError
from commerce_app.drill.scenario import SCENARIOS, load_scenario, scenario_names
from commerce_app.switches import Switch

BANNER = {"name": "banner", "at_seconds": 5, "text": {"en": "Banner", "ko": "배너"}}
ACT = {"title": {"en": "Act", "ko": "막"}}
LOAD = yaml.safe_load((SCENARIOS / "banner-spike.yml").read_text())["load"]
LAG = {"type": "replica_replay_paused"}


@pytest.fixture
def changed(tmp_path):
    def write(**changes):
        content = yaml.safe_load((SCENARIOS / "banner-spike.yml").read_text())
        path = tmp_path / "own.yml"
        path.write_text(yaml.safe_dump({**content, **changes}))
        return str(path)

    return write


def test_every_scenario_that_comes_with_the_shop_loads():
    for name in scenario_names():
        assert load_scenario(name).name == name


def test_the_banner_brings_three_hundred_percent_more():
    _, normal, banner = load_scenario("banner-spike").load.stages
    assert banner.rps == 4 * normal.rps


@pytest.mark.parametrize(("name", "stage"), [("banner-spike", 1), ("redis-gone", 0)])
def test_the_history_is_the_normal_traffic(name, stage):
    scenario = load_scenario(name)
    assert sum(each.per_second for each in scenario.history) == pytest.approx(scenario.load.stages[stage].rps)


def test_only_servers_that_a_fault_reaches_over_its_line_have_a_proxy(changed):
    assert load_scenario("banner-spike").proxied == ("redis",)
    slow = {"name": "slow", "fault": {"type": "latency", "target": "primary", "attributes": {"latency": 2}}}
    lag = changed(expects=None, steps=[{**BANNER, "fault": LAG}])
    assert load_scenario(lag).proxied == ()
    both = changed(
        expects=None,
        background=[slow],
        steps=[{**BANNER, "fault": {"type": "partition", "target": "replica"}}],
    )
    assert load_scenario(both).proxied == ("primary", "replica")


def test_the_background_is_spelled_as_its_yaml(changed):
    slow = {"name": "slow", "fault": {"type": "latency", "target": "primary", "attributes": {"latency": 2}}}
    (background,) = load_scenario(changed(background=[slow])).background
    assert background.spell() == "slow {attributes: {latency: 2.0}, target: primary, type: latency}"


@pytest.mark.parametrize("name", scenario_names())
def test_switches_are_the_shops(name):
    scenario = load_scenario(name)
    flipped = {switch for step in scenario.runbook for switch in step.switches}
    on = {switch for act in scenario.acts.values() for switch in act.switches}
    assert flipped | on <= set(Switch)


@pytest.mark.parametrize("name", scenario_names())
def test_a_drill_is_two_minutes_long_with_normal_traffic_before_and_after(name):
    scenario = load_scenario(name)
    assert scenario.expects is not None
    for act in (scenario.acts["unprotected"], scenario.acts["protected"]):
        assert act.end_seconds >= 120
        assert min(step.at_seconds for step in scenario.steps) >= 30
        assert last_trouble(scenario, act) <= act.end_seconds - 30


@pytest.mark.parametrize("name", scenario_names())
def test_shedding_is_no_way_to_hold(name):
    held = load_scenario(name).expects.protected
    assert held.served_at_least >= 0.95
    assert held.pages_served_at_least >= 0.95


def last_trouble(scenario, act):
    """When the last fault is over, in seconds of the act."""
    return max(
        step.at_seconds if step.fault.is_instant else step.heals_at_seconds or act.heal_seconds
        for step in scenario.steps
        if step.fault
    )


@pytest.mark.parametrize("name", scenario_names())
def test_an_unprotected_act_has_no_protection(name):
    unprotected = load_scenario(name).acts["unprotected"]
    assert (unprotected.switches, unprotected.prewarm) == ((), False)


def test_acts_differ_in_nothing_but_protections(changed):
    acts = {
        name: {"title": {"en": "a", "ko": "b"}, "end_seconds": 120} for name in ("protected", "unprotected")
    }
    acts["protected"] |= {"switches": ["local_tier"], "prewarm": True}
    assert load_scenario(changed(acts=acts)).acts["protected"].prewarm
    acts["protected"]["stages"] = [{"rps": 1, "hold_seconds": 9}]
    with pytest.raises(ScenarioError, match="to differ in switches and prewarm alone, got another stages"):
        load_scenario(changed(acts=acts))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": [{**BANNER, "name": "a/b"}]}, r"steps\.0\.name: String should match pattern"),
        (
            {"steps": [{**BANNER, "fault": {"type": "no"}}]},
            r"steps\.0\.fault: type: expected one of bandwidth",
        ),
        (
            {"steps": [{**BANNER, "for_seconds": 3}]},
            r"steps\.0: for_seconds: expected with a fault that lasts",
        ),
        (
            {"steps": [{**BANNER, "for_seconds": 3, "fault": {"type": "cache_flushed"}}]},
            r"for_seconds: expected with a fault that lasts, in the step banner",
        ),
        (
            {"background": [{"name": "b", "fault": {"type": "cache_flushed"}}]},
            r"background\.0: fault: expected",
        ),
        (
            {"background": [{"name": "banner", "fault": LAG}]},
            r"steps: expected names that differ, got banner",
        ),
        ({"limit_seconds": 301}, r"own\.yml: limit_seconds: .*less than or equal to 300"),
        ({"steps": []}, r"own\.yml: .*steps: expected at least one step with a fault"),
        (
            {"acts": {"late": {"title": {"en": "a", "ko": "b"}}}},
            r"own\.yml: .*acts: expected protected and unprotected",
        ),
        ({"name": "../evil"}, r"name: String should match pattern"),
        ({"name": ""}, r"name: String should match pattern"),
        ({"name": "evil\n"}, r"name: String should match pattern"),
        ({"expects": None, "acts": {"/tmp/victim": ACT}}, r"acts\./tmp/victim\.\[key\]: String should match"),
        (
            {"shop": {"environment": {"DATABASE_URL": "x"}}},
            r"shop\.environment\.DATABASE_URL\.\[key\]",
        ),
        ({"shop": {"products": 10**12}}, r"shop\.products: .*less than or equal to 1000000"),
        (
            {"load": {**LOAD, "script": "/etc/passwd"}},
            r"load\.script: expected one of .* '/etc/passwd'",
        ),
        (
            {"load": {**LOAD, "mix": {"charge": 1}}},
            r"load: mix: expected kinds of customers\.js, .* charge",
        ),
        ({"load": {**LOAD, "zipf_exponent": math.inf}}, r"load\.zipf_exponent: .*finite"),
        (
            {"expects": None, "acts": {"a": {**ACT, "switches": ["wallet_shorts"]}}},
            r"acts\.a\.switches\.0: expected a switch of the shop, got 'wallet_shorts'; they are redis_",
        ),
        (
            {"expects": None, "acts": {"a": {**ACT, "end_seconds": 500}}},
            r"acts\.a\.end_seconds: expected at most 300",
        ),
        (
            {"expects": None, "acts": {"a": {**ACT, "end_seconds": 4}}},
            r"steps: expected before the last act's end at 4 s, got banner",
        ),
        ({"loud": True}, r"own\.yml: loud: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_scenario_names_file_and_key(changed, changes, message):
    with pytest.raises(ScenarioError, match=message):
        load_scenario(changed(**changes))


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(ScenarioError, match="no-such: expected one of banner-spike, "):
        load_scenario("no-such")


def test_what_a_shop_leaves_out_is_as_on_a_normal_day(changed):
    shop = load_scenario(changed(shop={"products": 500})).shop
    assert (shop.products, shop.users, shop.coupons) == (500, 7000, 20)
    assert "SHOP_PRODUCT_TTL_SECONDS" in shop.environment


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "own.yml: expected YAML: 'utf-8' codec"),
        (b"[" * 1_000, "own.yml: expected YAML: "),
        (b"at: 2001-99-99", "own.yml: expected YAML: month must be in"),
        (b"at: " + b"9" * 5_000, "own.yml: expected YAML: Exceeds the limit"),
        (b"#" * 70_000, "own.yml: expected at most 65536 bytes"),
    ],
)
def test_a_file_that_is_no_yaml_is_told_in_a_line(tmp_path, content, message):
    path = tmp_path / "own.yml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=message):
        load_scenario(str(path))


def test_a_folder_is_no_scenario(tmp_path):
    (tmp_path / "own.yml").mkdir()
    with pytest.raises(ScenarioError, match=r"own\.yml: expected a file that can be read: Is a directory"):
        load_scenario(str(tmp_path / "own.yml"))
