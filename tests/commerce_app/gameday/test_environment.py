import pytest

from commerce_app.drill.errors import ScheduleError
from commerce_app.gameday.environment import names_production, require_non_production


@pytest.mark.parametrize(
    ("name", "is_production"),
    [
        ("production", True),
        ("PROD", True),
        ("prod-eu", True),
        ("shop_prod_2", True),
        ("live", True),
        ("staging", False),
        ("non-production", False),
        ("pre-prod", False),
        ("preprod", False),
        ("product", False),
        ("delivery", False),
    ],
)
def test_production_is_known_by_a_word_of_its_name(name, is_production):
    assert names_production(name) is is_production


def test_what_was_declared_passes():
    require_non_production("f: environment", "staging", ["qa", "staging"])


@pytest.mark.parametrize(
    ("environment", "declared", "message"),
    [
        (
            "production",
            ["staging"],
            "f: environment: expected a stack that is not production, got production",
        ),
        ("production", ["production"], "f: environment: expected a stack that is not production"),
        ("staging", ["staging", "prod"], "FIRELINE_NON_PRODUCTION: expected names of .*, got prod"),
        (
            "staging",
            [],
            "expected staging to be declared non-production on this machine: --non-production st",
        ),
        ("staging", ["qa", "lab"], r"f: environment: expected one declared .* \(lab, qa\), got staging"),
    ],
)
def test_anything_else_is_refused(environment, declared, message):
    with pytest.raises(ScheduleError, match=message):
        require_non_production("f: environment", environment, declared)
