"""Nothing is written that Prometheus would refuse."""

import pytest
from click.testing import CliRunner

import alerts.cli
from alerts.emitted import refuse_unreadable
from alerts.errors import SpecError


def rules(expr: str) -> dict:
    rule = {"record": "r", "expr": expr, "labels": {}}
    return {"groups": [{"name": "g", "interval": "15s", "rules": [rule]}]}


@pytest.mark.parametrize("expr", [r'x{a="\d"}', "rate(x[1h] offset 1d offset 1m)", "rate(x[$window:15s])"])
def test_rules_that_are_no_promql_are_named(expr):
    with pytest.raises(SpecError, match=r"a\.rules\.yml.*no file was written"):
        refuse_unreadable("a.rules.yml", rules(expr))


def test_others_pass_and_may_be_large():
    refuse_unreadable("a.rules.yml", rules(" + ".join(["sum(increase(x[5m]))"] * 600)))


def test_compile_reads_what_it_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(alerts.cli, "compile_slos", lambda *_, **__: rules("rate(x[$window])"))
    out = tmp_path / "out"
    done = CliRunner().invoke(
        alerts.cli.alerts, ["compile", str(alerts.cli.EXAMPLES / "shop.slo.yml"), "--out", str(out)]
    )
    assert done.exit_code == 2
    assert "cannot be read" in done.output
    assert not out.exists()
