import pytest

from alerts.backtest.stepwise import evaluations
from collector.rules.files import parse_groups


@pytest.mark.parametrize("sampling", [7.0, 15.0, 90.0])
def test_every_group_is_evaluated_at_its_own_interval(sampling):
    page, ticket = parse_groups(
        {
            "groups": [
                {"name": "page", "interval": f"{sampling:g}s", "rules": [{"record": "a", "expr": "1"}]},
                {"name": "ticket", "interval": "1m", "rules": [{"record": "b", "expr": "1"}]},
            ]
        }
    )
    done = list(evaluations((page, ticket), 1000.0, 3400.0))
    assert [at for at, group in done if group is ticket] == [1000.0 + 60 * n for n in range(41)]
    assert [at for at, group in done if group is page] == [
        1000.0 + sampling * n for n in range(int(2400 // sampling) + 1)
    ]
    assert [at for at, _ in done] == sorted(at for at, _ in done)
    assert [group for _, group in done[:2]] == [page, ticket]
