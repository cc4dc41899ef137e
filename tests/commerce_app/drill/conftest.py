import pytest
import yaml

from commerce_app.drill.scenario import NORMAL, SCENARIOS


@pytest.fixture
def small_scenario(tmp_path):
    """The real drill with little data, few customers and no patience."""
    content = {
        **yaml.safe_load(NORMAL.read_text()),
        **yaml.safe_load((SCENARIOS / "banner-spike.yml").read_text()),
    }
    content["shop"] |= {"products": 100, "users": 100}
    content["load"]["stages"] = [{"rps": 20, "hold_seconds": 60}]
    content["steps"] = [{**step, "at_seconds": 6 + n} for n, step in enumerate(content["steps"])]
    content["acts"]["protected"]["end_seconds"] = 12
    content["measuring"] |= {
        "scrape_seconds": 1,
        "window_seconds": 4,
        "settle_seconds": 3,
        "after_seconds": 3,
    }
    path = tmp_path / "small.yml"
    path.write_text(yaml.safe_dump(content))
    return path
