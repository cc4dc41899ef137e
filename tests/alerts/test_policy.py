from pathlib import Path

import pytest

from alerts.errors import SpecError
from alerts.policy import built_in_names, load_policy


def policy_file(folder: Path, tiers: str) -> str:
    path = folder / "mine.yml"
    path.write_text(f"name: mine\ntiers:\n{tiers}\n")
    return str(path)


def test_ships_the_workbook_and_the_default():
    assert built_in_names() == ["default", "pyrra", "sloth", "weekly", "workbook"]


def test_default_is_the_workbook_and_a_fast_tier():
    fast, *rest = load_policy("default").tiers
    assert tuple(rest) == load_policy("workbook").tiers
    assert (fast.name, fast.long_seconds, fast.short_seconds, fast.severity) == ("fast", 300, 60, "page")


def test_reads_fractions_and_durations(tmp_path):
    (read,) = load_policy(policy_file(tmp_path, tier(budget_share="1/50"))).tiers
    assert (read.long_seconds, read.budget_share) == (3600, 0.02)


def tier(**changes: str) -> str:
    keys = {"name": "a", "long": "1h", "short": "5m", "budget_share": "0.1", "severity": "page", **changes}
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (tier(short="1h"), "tiers: a: expected short below long"),
        (f"{tier()}\n{tier()}", "tiers: a: expected a name used once"),
        (tier(budget_share="2"), "tiers.0.budget_share: expected a share above 0"),
        (tier(budget_share="1/0"), "tiers.0.budget_share: expected a share such as"),
        (tier(long="1 h"), "tiers.0.long: expected a duration such as"),
        (tier(long="5"), "tiers.0.long: expected a duration such as 30s or 5m"),
        (tier(short="0s"), "tiers.0.short: expected a duration above 0"),
        (tier(long="99y"), "tiers.0.long: expected a duration of at most 10y"),
        *(
            (tier(budget_share=share), "tiers.0.budget_share: expected a share")
            for share in (".inf", ".nan", "-1", "1e-300", "'1e999'", "[1]", "1" + "0" * 99)
        ),
        *(
            (tier(min_bad_events=events), "tiers.0.min_bad_events: expected")
            for events in ("-1", ".inf", "1e308", "0.5", "[1]", "many")
        ),
        (tier(min_error_ratio=".nan"), "tiers.0.min_error_ratio: expected"),
        (tier(severity="loud"), "tiers.0.severity: expected 'page'"),
        (tier(labels="{a-b: c}"), "tiers.0.labels"),
        *(
            (tier(labels=f"{{team: c, {name}: other}}"), f"tiers.0.labels: expected other labels than {name}")
            for name in ("tier", "slo", "service", "alertname", "sloth_id", "__name__")
        ),
        (tier(fore="1m"), "tiers.0: unknown key 'fore'"),
        ("  []", "tiers: expected at least 1 item"),
    ],
)
def test_names_file_and_key_of_a_mistake(tmp_path, tiers, expected):
    path = policy_file(tmp_path, tiers)
    with pytest.raises(SpecError) as error:
        load_policy(path)
    assert str(error.value).startswith(f"{path}: {expected}")


def test_an_unknown_name_lists_the_known():
    with pytest.raises(
        SpecError, match="policy 'sre': expected one of default, pyrra, sloth, weekly, workbook"
    ):
        load_policy("sre")
