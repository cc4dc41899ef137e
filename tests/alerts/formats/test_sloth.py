"""Sloth's specs as SLOs, and their mistakes."""

from pathlib import Path

import pytest
import yaml

from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from alerts.formats.files import load_slos
from alerts.formats.sloth import PeriodOptions, with_period
from alerts.policy import load_policy
from alerts.slo import SliKind

ERRORS = 'sum(rate(hits_total{code=~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(hits_total[{{ .window }}]))"
DAY = 86_400


def slo(**changes: object) -> dict:
    events = {"error_query": ERRORS, "total_query": TOTAL}
    return {"name": "web", "objective": 99.9, "sli": {"events": events}, **changes}


def spec(*slos: dict, **changes: object) -> dict:
    return {"version": "prometheus/v1", "service": "shop", "slos": list(slos or [slo()]), **changes}


def crd(**changes: object) -> dict:
    events = {"errorQuery": ERRORS, "totalQuery": TOTAL}
    alerting = {
        "name": "Web",
        "pageAlert": {"labels": {"severity": "critical"}},
        "ticketAlert": {"disable": True},
    }
    one = {"name": "web", "objective": 99.9, "sli": {"events": events}, "alerting": alerting, **changes}
    head = {"apiVersion": "sloth.slok.dev/v1", "kind": "PrometheusServiceLevel", "metadata": {"name": "x"}}
    return {**head, "spec": {"service": "shop", "slos": [one]}}


def load(folder: Path, *documents: dict) -> list:
    path = folder / "shop.yml"
    path.write_text(yaml.safe_dump_all(documents))
    return load_slos(path)


def events(folder: Path, error: str, total: str = TOTAL):
    (read,) = load(folder, spec(slo(sli={"events": {"error_query": error, "total_query": total}})))
    return read.sli


def test_reads_a_file(tmp_path):
    (read,) = load(tmp_path, spec(slo(labels={"team": "blue"}), labels={"team": "red", "tier": 2}))
    assert (read.service, read.name, read.objective, read.format) == ("shop", "web", 0.999, "prometheus/v1")
    assert (read.policy, read.period_seconds, read.labels) == (
        "sloth",
        30 * DAY,
        {"team": "blue", "tier": "2"},
    )


def test_reads_the_kind_for_kubernetes(tmp_path):
    (read,) = load(tmp_path, crd())
    assert (read.format, read.alerting.name) == ("sloth.slok.dev/v1", "Web")
    assert read.alerting.of("page").labels == {"severity": "critical"}
    assert read.alerting.of("ticket").disabled


def test_sums_of_rates_become_sums_of_increases(tmp_path):
    sli = events(tmp_path, ERRORS.replace("5..", "rate(x)"))
    total = "sum(increase(hits_total[$window]))"
    assert sli.bad == f'sum(increase(hits_total{{code=~"rate(x)"}}[$window])) or {total} * 0'
    assert (sli.total, sli.counts_events) == (total, True)


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (f"({ERRORS} + sum(rate(lost_total[{{{{.window}}}}]))) OR on() vector(0)", True),
        (f"{ERRORS} * 2", False),
        (f"max(rate(a[{{{{.window}}}}])) + {ERRORS}", False),
        (ERRORS.replace("rate", "increase"), False),
        ("sum(rate(a[5m])) + " + ERRORS, False),
        ("sum_over_time((count(up < 1))[{{.window}}:])", False),
    ],
)
def test_only_sums_of_rates_count_events(tmp_path, error, counts):
    sli = events(tmp_path, error)
    assert sli.counts_events is counts
    assert ("increase(hits_total[" in sli.total) is counts


@pytest.mark.parametrize("zero", [" or vector(0)", " OR on() vector(0)"])
def test_nothing_is_bad_where_nothing_is_counted(tmp_path, zero):
    assert events(tmp_path, ERRORS + zero) == events(tmp_path, ERRORS)
    assert events(tmp_path, f"({ERRORS}{zero})").bad.endswith(" * 0) and sum(increase(hits_total[$window]))")


@pytest.mark.parametrize("total", [f"({TOTAL} or vector(0))", f"sum({TOTAL} OR on() vector(0))"])
def test_all_events_that_are_absent_are_not_none(tmp_path, total):
    assert "vector" not in events(tmp_path, ERRORS, total).total


def test_sums_that_are_none_without_a_part_keep_their_zero(tmp_path):
    total = f"({TOTAL} or vector(0)) + ({TOTAL} or vector(0))"
    assert events(tmp_path, ERRORS, total).total.count("vector(0)") == 2


def test_all_but_those_under_a_bucket_is_latency(tmp_path):
    count, bucket = "sum(rate(took_count[{{.window}}]))", 'sum(rate(took_bucket{le="0.4"}[{{.window}}]))'
    sli = events(tmp_path, f"(\n{count}\n-\n{bucket}\n)", count)
    assert (sli.kind, sli.threshold_seconds) == (SliKind.LATENCY, 0.4)
    assert sli.bucket == 'sum(increase(took_bucket{le="0.4"}[$window]))'
    assert sli.bad == f"{sli.total} - {sli.bucket}"


def test_all_but_the_good_is_bad_without_any_good(tmp_path):
    sli = events(tmp_path, f"{TOTAL} - {ERRORS.replace('5..', '2..')}")
    assert sli.bad.endswith("or (sum(increase(hits_total[$window])) >= 10) * 0)")


@pytest.mark.parametrize("error", ["clamp_min({}, 0)", "(clamp_min(({}), 0.0))"])
def test_all_but_the_good_may_be_kept_from_falling_below_zero(tmp_path, error):
    good = ERRORS.replace("5..", "2..")
    sli = events(tmp_path, error.format(f"{TOTAL} - {good}"))
    assert sli == events(tmp_path, f"{TOTAL} - {good}")


def test_a_clamp_of_each_series_stays(tmp_path):
    error = "clamp_min(rate(hits_total[{{.window}}]) - rate(good_total[{{.window}}]), 0)"
    assert "clamp_min(" in events(tmp_path, error).bad


def test_what_is_cut_out_of_a_query_keeps_its_escapes(tmp_path):
    good = r'sum(rate(hits_total{path=~"/v\\d+/.*",name="a\"b"}[{{.window}}] offset 1m))'
    sli = events(tmp_path, f"{TOTAL} - ({good})")
    assert r'(sum(increase(hits_total{path=~"/v\\d+/.*",name="a\"b"}[$window] offset 1m)) or' in sli.bad


def test_a_subquery_without_a_step_has_that_of_prometheus(tmp_path):
    sli = events(tmp_path, ERRORS, "sum_over_time((count(up))[{{.window}}:])")
    assert sli.total == "sum(sum_over_time((count(up))[$window:1m]))"


def test_a_long_window_is_no_subquery_where_only_errors_are_one(tmp_path):
    error, total = "sum_over_time((up < bool 1)[{{.window}}:])", "sum(count_over_time(up[{{.window}}]))"
    slos = load(tmp_path, spec(slo(sli={"events": {"error_query": error, "total_query": total}})))
    rules = [r for g in compile_slos(slos, policies_of(slos))["groups"] for r in g["rules"]]
    exprs = {rule["record"]: rule["expr"] for rule in rules if "record" in rule}
    assert "[3d:1m]" in exprs["slo:bad_events:increase3d"]
    for counts in ("bad", "total"):
        assert exprs[f"slo:{counts}_events:increase30d"].startswith(f"sum_over_time(slo:{counts}_events:")


def test_reads_a_ratio_as_older_files_spell_it(tmp_path):
    query = "avg(job:errors:ratio_rate{{.window}})"
    one, other = (
        load(tmp_path, spec(slo(sli={"raw": {key: query}})))
        for key in ("error_ratio_query", "errorRatioQuery")
    )
    assert one == other


def test_a_window_may_be_part_of_a_name(tmp_path):
    raw = {"raw": {"error_ratio_query": 'job:errors:ratio_rate{{.window}}{job="a"}'}}
    slos = load(tmp_path, spec(slo(sli=raw)))
    rules = [r for g in compile_slos(slos, policies_of(slos))["groups"] for r in g["rules"]]
    exprs = {rule["record"]: rule["expr"] for rule in rules if "record" in rule}
    assert 'avg(job:errors:ratio_rate1h{job="a"})' in exprs["slo:bad_events:increase1h"]
    assert exprs["slo:bad_events:increase30d"].startswith("sum_over_time(slo:bad_events:increase5m")


def test_templates_read_labels_that_sloths_series_have(tmp_path):
    texts = {"summary": "{{$labels.sloth_slo}} of {{ $labels.team | title }}, {{ $labels.pod }}"}
    (read,) = load(tmp_path, spec(slo(alerting={"name": "A", "annotations": texts}), labels={"team": "red"}))
    assert read.alerting.annotations == {"summary": 'web of {{ "red" | title }}, {{ $labels.pod }}'}


def test_labels_that_would_stand_in_for_ours_are_kept_beside_them(tmp_path):
    (read,) = load(tmp_path, spec(labels={"service": "other", "tier": "gold", "severity": "loud"}))
    assert read.labels == {"exported_service": "other", "tier": "gold", "severity": "loud"}
    assert read.alerting.of("page").labels == {"exported_tier": "gold", "severity": "loud"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (spec(version="prometheus/v2"), "version: expected 'prometheus/v1'"),
        (spec(slos=[]), "slos: expected at least 1 item"),
        (
            spec(slo(objective=0.999)),
            "slos.0.objective: expected per cent, such as 99.9, found 0.999",
        ),
        (spec(slo(objective=100)), "slos.0.objective: expected at most 99.9999999, found 100"),
        (spec(slo(objetive=1)), "slos.0: unknown key 'objetive', expected one of name, description"),
        (spec(slo(), slo()), "slos.1.name: expected a name used once, found 'web'"),
        (spec(slo(sli={})), "slos.0.sli: expected either events or raw"),
        (
            spec(slo(sli={"plugin": {"id": "a/b"}})),
            "slos.0.sli.plugin: plugins of Sloth are not supported, found 'a/b'",
        ),
        (spec(slo_plugins={"chain": [{"id": "a"}]}), "slo_plugins: plugins of Sloth are not supported"),
        (spec(labels={"a-b": "c"}), "labels: expected names of letters, digits and _, found 'a-b'"),
        (spec(labels={"on": True}), "labels: on: expected text in quotes, found True"),
        (
            spec(slo(sli={"raw": {"error_ratio_query": "up"}})),
            "slos.0.sli.raw.error_ratio_query: expected a query with {{.window}}, found 'up'",
        ),
        (
            spec(slo(sli={"events": {"error_query": "sum(rate(a[{{.window}}])", "total_query": TOTAL}})),
            "slos.0.sli.events.error_query: expected PromQL",
        ),
        (
            spec(slo(sli={"events": {"error_query": f"sum by (r) {ERRORS[3:]}", "total_query": TOTAL}})),
            "slos.0.sli.events.error_query: expected a query of one result, since an SLO has one budget (",
        ),
        (
            spec(slo(sli={"raw": {"error_ratio_query": "avg by (r) (bad_ratio{{.window}})"}})),
            "slos.0.sli.raw.error_ratio_query: expected a query of one result, since an SLO has one budget (",
        ),
        (
            crd(sli={"raw": {"errorRatioQuery": "up"}}),
            "spec.slos.0.sli.raw.errorRatioQuery: expected a query",
        ),
        (crd(sli={"events": {"error_query": ERRORS}}), "spec.slos.0.sli.events: unknown key 'error_query'"),
        (
            {"apiVersion": "sloth.slok.dev/v1", "kind": "AlertWindows"},
            "kind: expected PrometheusServiceLevel",
        ),
    ],
)
def test_names_the_key_of_a_mistake(tmp_path, document, said):
    with pytest.raises(SpecError) as error:
        load(tmp_path, document)
    assert str(error.value).startswith(f"{tmp_path / 'shop.yml'}: {said}")


WEEK = {
    "apiVersion": "sloth.slok.dev/v1",
    "kind": "AlertWindows",
    "spec": {
        "sloPeriod": "7d",
        **{
            severity: {
                "quick": {"errorBudgetPercent": 8, "shortWindow": "5m", "longWindow": "1h"},
                "slow": {"errorBudgetPercent": 12.5, "shortWindow": "30m", "longWindow": "6h"},
            }
            for severity in ("page", "ticket")
        },
    },
}


def windows(folder: Path, name: str = "7d.yaml", **changes: object) -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump({**WEEK, "spec": {**WEEK["spec"], **changes}}))
    return path


def test_a_catalogue_of_windows_is_a_policy(tmp_path):
    policy = load_policy(str(windows(tmp_path)))
    assert (policy.name, policy.period_seconds) == ("7d", 7 * DAY)
    assert [(t.name, t.budget_share) for t in policy.tiers[:2]] == [
        ("page-quick", 0.08),
        ("page-slow", 0.125),
    ]


def test_windows_say_the_period_of_sloths_slos_alone(tmp_path):
    (read,) = load(tmp_path, spec())
    other = load_slos(Path("alerts/examples/shop.slo.yml"))[0]
    found = with_period([read, other], PeriodOptions(windows=windows(tmp_path)))
    assert [one.period_seconds for one in found] == [7 * DAY, other.period_seconds]
    assert found[1] is other
    (tmp_path / "catalogue").mkdir()
    for name, period in (("7d.yaml", "7d"), ("30d.yml", "30d")):
        windows(tmp_path / "catalogue", name, sloPeriod=period)
    (chosen,) = with_period([read], PeriodOptions(windows=tmp_path / "catalogue"))
    assert chosen.policy.endswith("30d.yml")


def test_windows_for_another_period_are_refused(tmp_path):
    slos = load(tmp_path, spec())
    path = windows(tmp_path)
    with pytest.raises(SpecError, match="sloPeriod: expected 30d as --slo-period says, found 7d"):
        with_period(slos, PeriodOptions(30 * DAY, path))
    with pytest.raises(SpecError, match="expected 28d or 30d, or --windows"):
        with_period(slos, PeriodOptions(7 * DAY))
    with pytest.raises(SpecError, match="web: policy 7d: expected a period of 7d, found 30d"):
        compile_slos(slos, {"sloth": load_policy(str(path))})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sloPeriod": "0s"}, "spec.sloPeriod: expected a duration above 0"),
        ({"page": {"quick": {}}}, "spec.page.quick: expected errorBudgetPercent, found none"),
        ({"pager": {}}, "spec: unknown key 'pager', expected one of sloPeriod, page, ticket"),
    ],
)
def test_a_catalogue_that_is_wrong_is_refused(tmp_path, changes, said):
    path = windows(tmp_path, **changes)
    with pytest.raises(SpecError) as error:
        load_policy(str(path))
    assert str(error.value).startswith(f"{path}: {said}")
