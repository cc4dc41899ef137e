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
        ("prod1", True),
        ("PROD2", True),
        ("production2", True),
        ("prodkr", True),
        ("liveshop", True),
        ("shopprod", True),
        ("prd3", True),
        ("not-production-but-prod", True),
        ("pr\u043ed", True),
        ("\uff50\uff52\uff4f\uff44", True),
        ("prod\u200b", True),
        ("pro\u00adduction", True),
        ("운영", True),
        ("shop-운영2", True),
        ("\u110b\u116e\u11ab\u110b\u1167\u11bc", True),
        ("실서버", True),
        ("本番", True),
        ("비운영", False),
        ("스테이징", False),
        ("non--prod", False),
        ("nonproduction", False),
        ("pre-production1", False),
        ("bug-reproduction", False),
        ("product-catalogue", False),
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
