from pathlib import Path

import pytest
import yaml

from commerce_app.prelaunch.campaign import PROTECTIONS, load_campaign
from commerce_app.prelaunch.errors import CampaignError
from tests.commerce_app.prelaunch.campaigns import CONTENT
from tests.commerce_app.test_yaml_file import BOMB

ROOT = Path(__file__).parents[3]


@pytest.fixture
def load(tmp_path):
    def write_and_load(content):
        path = tmp_path / "campaign.yml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return load_campaign(path)

    return write_and_load


def test_results_of_drills_are_found_beside_the_file(load, tmp_path):
    assert load(CONTENT).drills.results == tmp_path / "drills.json"


def test_the_peak_is_the_factor_over_normal(load):
    assert load(CONTENT).expected_rps.peak == 272


def test_the_protections_wanted_are_those_of_the_protected_drill():
    scenario = yaml.safe_load((ROOT / "commerce_app/drill/scenarios/banner-spike.yml").read_text())
    assert set(PROTECTIONS) <= set(scenario["acts"]["protected"]["switches"])


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"stock": 1}, "stock: unknown key: expected one of name, starts_at, "),
        ({"shop": {"url": "http://shop", "tokn": "x"}}, "shop.tokn: unknown key: expected one of url, admin"),
        ({"products": [{"id": 1, "piece": 5}]}, "products.0.piece: unknown key: expected one of id, pieces"),
        (
            {"products": [{"id": 1, "pieces": 5, "x": 1}]},
            "products.0.x: unknown key: expected one of id, pieces",
        ),
        (
            {"expected_rps": {"normal": 1, "factr": 4}},
            "expected_rps.factr: unknown key: expected one of normal",
        ),
        ({"products": [{"id": 1}]}, "products.0.pieces: needed, and not there"),
        ({"products": []}, "products: "),
        ({"products": [{"id": 1, "pieces": 5}] * 2}, "(whole file): products: expected each id once"),
        ({"starts_at": "2025-09-03T10:00:00"}, "starts_at: expected a time with its offset, such as 2026-"),
        ({"starts_at": "tomorrow"}, "starts_at: expected a time with its offset, such as 2026-"),
        ({"name": "ok: go\n  go       start: fine"}, "name: expected text in one line"),
        ({"name": "a\u202eb"}, "name: expected text in one line"),
        ({"name": " "}, "name: expected text in one line"),
        ({"bounds": {"replica_lag_seconds": float("inf")}}, "bounds.replica_lag_seconds: "),
        ({"shop": {"url": "http://x\ny"}}, "shop.url: expected http://HOST[:PORT], got 'http://x\\ny'"),
        (
            {"shop": {"url": "http://\u202eabc"}},
            "shop.url: expected http://HOST[:PORT], got 'http://\\u202eabc'",
        ),
        ({"shop": {"url": "http://[::1"}}, "shop.url: expected http://HOST[:PORT], got 'http://[::1'"),
        ({"shop": {"url": "http://a:99999"}}, "shop.url: expected http://HOST[:PORT], got 'http://a:99999'"),
        ({"shop": {"url": "http://."}}, "shop.url: expected http://HOST[:PORT], got 'http://.'"),
        ({"shop": {"url": "http://a/?x="}}, "shop.url: expected http://HOST[:PORT], got 'http://a/?x='"),
        ({"shop": {"url": "shop:80"}}, "shop.url: expected http://HOST[:PORT], got 'shop:80'"),
        ({"expected_rps": {"normal": 68, "factor": 0.5}}, "expected_rps.factor: "),
        ({"fireline": {"url": "http://f", "low_budget": 2}}, "fireline.low_budget: "),
        ({"drills": {"results": "d.json", "needed": []}}, "drills.needed: "),
        ({"coupon": {"id": 0, "claims": 5}}, "coupon.id: "),
        ({"bounds": {"replica_lag": 5}}, "bounds.replica_lag: unknown key: expected one of prewarm_minutes"),
    ],
)
def test_what_is_wrong_is_named(load, tmp_path, changes, complaint):
    with pytest.raises(CampaignError) as caught:
        load({**CONTENT, **changes})
    assert str(caught.value).startswith(f"{tmp_path / 'campaign.yml'}: {complaint}")


@pytest.mark.parametrize("content", ["a: [", "- 1", "", "[" * 1_000, "at: 2001-99-99", BOMB])
def test_what_is_no_campaign_is_said_so_in_one_line(load, content):
    with pytest.raises(CampaignError) as caught:
        load(content)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_campaign(tmp_path):
    with pytest.raises(CampaignError, match="expected a file that can be read: Is a directory"):
        load_campaign(tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CampaignError, match=r"nowhere.yml: No such file"):
        load_campaign(tmp_path / "nowhere.yml")
