"""A spec is judged by the rules that `compile` writes of it."""

from click.testing import CliRunner

from alerts.backtest.files import load_alerts
from alerts.cli import EXAMPLES, alerts


def test_a_spec_is_judged_by_what_compile_writes_without_options(tmp_path):
    spec = EXAMPLES / "shop.slo.yml"
    assert CliRunner().invoke(alerts, ["compile", str(spec), "--out", str(tmp_path)]).exit_code == 0
    written = load_alerts([tmp_path / "shop.rules.yml"])
    judged = load_alerts([spec])
    assert [group.rules for group in judged.groups] == [group.rules for group in written.groups]
    assert any(rule.expr.startswith("sum_over_time(slo:") for group in judged.groups for rule in group.rules)
