import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import promql_parser
import pytest
import yaml

from alerts.compile import BURN_ALERT, CompileOptions, compile_slos, policies_of
from alerts.formats.files import load_slos
from alerts.policy import Policy, load_policy
from alerts.rules_text import rules_yaml
from alerts.ruletests import group_names, rule_tests
from alerts.slo import Alerting, AlertTexts, Calendar, CalendarUnit, Sli, SliKind, Slo

SHOP = load_slos(Path("alerts/examples/shop.slo.yml"))
TOTAL = "sum(increase(all_total[$window]))"
WEB = Slo(
    "web",
    "shop",
    0.999,
    Sli(SliKind.AVAILABILITY, f"sum(increase(bad_total[$window])) or {TOTAL} * 0", TOTAL, "sum(busy)"),
    title={"en": "Web", "ko": "웹"},
    labels={"team": "blue"},
    runbook_url="https://wiki.example/web",
)


def rules(*slos: Slo, options: CompileOptions | None = None, policy: str = "default") -> list[dict]:
    compiled = compile_slos(slos, {slo.policy: load_policy(policy) for slo in slos}, options)
    return [rule for group in compiled["groups"] for rule in group["rules"]]


def alert(tier: str, options: CompileOptions | None = None) -> dict:
    return next(
        r for r in rules(WEB, options=options) if r.get("labels", {}).get("tier") == tier and "alert" in r
    )


def test_bad_and_total_are_recorded_apart_and_divided_last():
    recorded = {rule["record"]: rule["expr"] for rule in rules(WEB) if "record" in rule}
    who = '{service="shop",slo="web"}'
    assert recorded["slo:total_events:increase1h"] == "sum(increase(all_total[1h]))"
    assert recorded["slo:sli_error:ratio_rate1h"] == (
        f"slo:bad_events:increase1h{who} / (slo:total_events:increase1h{who} > 0)"
    )


@pytest.mark.parametrize(("days", "window"), [(7, "1w"), (28, "4w"), (30, "30d"), (365, "1y")])
def test_ratios_name_their_windows_as_sloth_does(days, window):
    compiled = rules(replace(WEB, period_seconds=days * 86_400.0))
    labels = {rule["record"]: rule["labels"] for rule in compiled if "record" in rule}
    assert labels[f"slo:sli_error:ratio_rate{window}"]["sloth_window"] == window
    assert labels["slo:period_burn_rate:ratio"]["sloth_window"] == window


def test_a_spec_may_name_its_alerts_and_leave_some_out():
    texts = AlertTexts({"severity": "pageteam"}, {"summary": "Help"})
    alerting = Alerting("WebFails", {"team": "red"}, {}, {"page": texts, "ticket": AlertTexts(disabled=True)})
    alerts = [rule for rule in rules(replace(WEB, alerting=alerting)) if rule.get("alert") == "WebFails"]
    assert [rule["labels"]["tier"] for rule in alerts] == ["fast", "1h", "6h"]
    labels, annotations = alerts[0]["labels"], alerts[0]["annotations"]
    assert (labels["severity"], labels["sloth_severity"], labels["team"]) == ("pageteam", "page", "red")
    assert annotations["summary"] == "Help"
    assert "of requests failed" in annotations["description"]


def test_what_counts_no_events_has_no_least_number_of_them():
    averages = replace(WEB, sli=replace(WEB.sli, counts_events=False))
    fast = next(rule for rule in rules(averages) if rule.get("alert") == BURN_ALERT)
    assert ">= 10" not in fast["expr"]
    assert fast["annotations"]["description"].startswith("The error ratio of the last 5m is ")


def test_long_windows_weigh_how_much_of_them_is_recorded():
    who = '{service="shop",slo="web"}'
    weighed = f"/ 0.001 * (slo:history:ratio3d{who} or slo:total_events:increase3d{who} * 0 + 1) > 1\n"
    assert weighed in alert("3d")["expr"]
    assert "history" not in alert("fast")["expr"]
    recorded = [rule["record"] for rule in rules(WEB) if "slo:history" in rule.get("record", "")]
    assert recorded == [f"slo:history:ratio{window}" for window in ("1h", "6h", "1d", "3d")]


def test_the_floor_raises_the_limit_of_a_strict_objective():
    assert "/ 0.001 > 120\n" in alert("fast")["expr"]
    assert alert("1h")["expr"].endswith("/ 0.001 > 14.4")
    assert alert("fast")["expr"].endswith(">= 10")


def test_alerts_carry_the_labels_that_routing_reads():
    assert alert("1h")["labels"] == {
        "team": "blue",
        "service": "shop",
        "slo": "web",
        "sloth_id": "shop-web",
        "sloth_service": "shop",
        "sloth_slo": "web",
        "severity": "page",
        "sloth_severity": "page",
        "tier": "1h",
    }
    assert alert("1h")["annotations"]["runbook_url"] == "https://wiki.example/web"


def test_speaks_english_and_korean():
    texts = alert("1h")["annotations"]
    assert texts["summary"].startswith("Web: the error budget burns")
    assert texts["summary_ko"].startswith("웹: 오류 예산이")


def test_self_contained_rules_record_and_read_nothing_of_ours():
    compiled = rules(WEB, options=CompileOptions(recorded=False))
    assert all("record" not in rule for rule in compiled)
    assert not any(
        "slo:" in text for rule in compiled for text in (rule["expr"], *rule["annotations"].values())
    )


def test_the_files_repeat_what_occurs_twice():
    labels = {"service": "shop"}
    assert rules_yaml({"a": labels, "b": labels}) == "a:\n  service: shop\nb:\n  service: shop\n"
    compiled = compile_slos(SHOP, policies_of(SHOP))
    for content in (compiled, rule_tests(SHOP, policies_of(SHOP), "r.yml", compiled)):
        assert yaml.safe_load(rules_yaml(content)) == content
        assert "&id" not in rules_yaml(content)


def test_every_expression_parses():
    for options in (CompileOptions(), CompileOptions(recorded=False)):
        for rule in rules(*SHOP, options=options):
            promql_parser.parse(rule["expr"])


def test_a_long_window_of_both_severities_is_recorded_once(tmp_path):
    path = tmp_path / "both.policy.yml"
    tiers = [
        {"name": n, "long": "6h", "short": short, "budget_share": 0.05, "severity": n}
        for n, short in (("page", "30m"), ("ticket", "1h"))
    ]
    write(path, {"name": "both", "tiers": tiers})
    recorded = [r["record"] for r in rules(WEB, policy=str(path)) if "record" in r]
    assert len(recorded) == len(set(recorded))


def test_two_slos_on_the_same_requests_page_once_for_a_hang():
    hangs = [r["labels"]["slo"] for r in rules(*SHOP) if r.get("alert") == "RequestsHang"]
    assert hangs == ["order-availability", "product-latency"]


@pytest.mark.parametrize(("short", "window"), [("1m", "5m"), ("30m", "30m")])
def test_a_hang_is_seen_at_one_scrape_a_minute(tmp_path, short, window):
    path = tmp_path / "p.yml"
    path.write_text(
        f"name: p\ntiers: [{{name: t, long: 6h, short: {short}, budget_share: 0.1, severity: page}}]"
    )
    (hang,) = [r for r in rules(WEB, policy=str(path)) if r.get("alert") == "RequestsHang"]
    assert f"slo:total_events:increase{window}{{" in hang["expr"]


def test_a_policy_without_pages_compiles_to_tickets(tmp_path):
    path = tmp_path / "calm.yml"
    path.write_text(
        "name: calm\ntiers: [{name: 1d, long: 1d, short: 2h, budget_share: 0.1, severity: ticket}]"
    )
    severities = [
        r["labels"]["severity"] for r in rules(WEB, policy=str(path)) if r.get("alert") == "ErrorBudgetBurn"
    ]
    assert severities == ["ticket"]


def test_a_calendars_period_is_not_recorded_nor_told():
    monthly = replace(WEB, calendar=Calendar(CalendarUnit.MONTH, 1, "2026-01-01 00:00:00", "Asia/Seoul"))
    compiled = rules(monthly)
    recorded = {rule.get("record") for rule in compiled}
    assert "slo:time_period:days" in recorded
    assert not recorded & {"slo:period_error_budget_remaining:ratio", "slo:total_events:increase30d"}
    assert "slo:period" not in rules_yaml({"rules": compiled})
    assert "Budget left" not in rules_yaml({"rules": compiled})


def test_pages_are_evaluated_more_often_than_tickets():
    groups = compile_slos([WEB], policies_of([WEB]), CompileOptions(interval_seconds=5))["groups"]
    assert [(group["name"], group["interval"]) for group in groups] == [
        ("fireline-shop-web-page", "5s"),
        ("fireline-shop-web-ticket", "1m"),
    ]


def test_loading_rules_makes_no_alert_pending():
    """The alert on absent data stands behind what is recorded, in the group that records it."""
    for recorded in (True, False):
        groups = compile_slos([WEB], policies_of([WEB]), CompileOptions(recorded=recorded))["groups"]
        (group,) = [one for one in groups if any(rule.get("alert") == "NoSloData" for rule in one["rules"])]
        records = [rule.get("record") for rule in group["rules"]]
        assert ("slo:total_events:increase5m" in records) == recorded
        assert group["rules"][-1]["alert"] == "NoSloData"


def promtool(*arguments: str, folder: Path) -> str:
    if shutil.which("promtool") is None:
        pytest.skip("Debian package prometheus is missing")
    done = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


YOUNG = Slo(
    "young",
    "shop",
    0.99,
    Sli(SliKind.AVAILABILITY, f"sum(increase(bad_total[$window])) or {TOTAL} * 0", TOTAL),
)


def write(path: Path, content: dict) -> None:
    path.write_text(rules_yaml(content))


@pytest.mark.servers
@pytest.mark.parametrize("recorded", [True, False])
def test_promtool_accepts_the_shops_rules(tmp_path, recorded):
    write(tmp_path / "r.yml", compile_slos(SHOP, policies_of(SHOP), CompileOptions(recorded=recorded)))
    assert "SUCCESS" in promtool("check", "rules", "r.yml", folder=tmp_path)


@pytest.mark.servers
def test_promtool_passes_the_tests_written_beside_the_rules(tmp_path):
    compiled = compile_slos(SHOP[:2], policies_of(SHOP))
    write(tmp_path / "r.yml", compiled)
    write(tmp_path / "t.yml", rule_tests(SHOP[:2], policies_of(SHOP), "r.yml", compiled))
    assert "SUCCESS" in promtool("test", "rules", "t.yml", folder=tmp_path)


# An hour of good requests, then half of them fail; at last nothing completes while five requests wait.
RULE_TEST = {"rule_files": ["r.yml"], "evaluation_interval": "15s"}
OUTAGE = {
    "interval": "15s",
    "input_series": [
        {"series": "all_total", "values": "0 1000000+150x300 1045000x60"},
        {"series": "bad_total", "values": "_x240 0+75x60 4500x60"},
        {"series": "busy", "values": "0x240 9x60 5x60"},
    ],
}
LABELS = {
    "service": "shop",
    "slo": "web",
    "sloth_id": "shop-web",
    "sloth_service": "shop",
    "sloth_slo": "web",
    "severity": "page",
    "sloth_severity": "page",
    "team": "blue",
}
BURN = {
    "summary": "Web: the error budget burns 200.0 times as fast as allowed",
    "description": "20.0% of requests failed in the last 5m (600 of 3000); the objective allows 0.1%. "
    "This alert begins at a burn rate of 120.",
    "summary_ko": "웹: 오류 예산이 허용 속도의 200.0배로 소진되고 있습니다",
    "description_ko": "최근 5분 동안 요청 3000건 중 600건(20.0%)이 실패했습니다. "
    "목표가 허용하는 비율은 0.1%이고, "
    "이 경보는 소진 속도 120배부터 울립니다.",
    "subject": "Web",
    "subject_ko": "웹",
    "runbook_url": "https://wiki.example/web",
}
HANG = {
    "summary": "shop: 5 requests are in flight and none completes",
    "description": "Nothing completed in the last 5m while 5 requests wait: "
    "the service hangs, it is not idle. The error ratio cannot show this.",
    "summary_ko": "shop: 요청 5건이 처리 중인 채 하나도 끝나지 않습니다",
    "description_ko": "최근 5분 완료된 요청이 없고 5건이 대기 중입니다. "
    "유휴 상태가 아니라 멈춘 상태이며, 오류율로는 보이지 않습니다.",
    "subject": "Web",
    "subject_ko": "웹",
    "runbook_url": "https://wiki.example/web",
}


def expect(at: str, name: str, *alerts: tuple[str, dict]) -> dict:
    expected = [{"exp_labels": {**LABELS, "tier": tier}, "exp_annotations": texts} for tier, texts in alerts]
    return {"eval_time": at, "alertname": name, "exp_alerts": expected}


@pytest.mark.servers
@pytest.mark.parametrize("recorded", [True, False])
def test_promtool_fires_on_counters_and_reads_the_texts(tmp_path, recorded):
    fast_only = {"default": Policy("fast", load_policy("default").tiers[:1])}
    compiled = compile_slos([WEB], fast_only, CompileOptions(recorded=recorded))
    write(tmp_path / "r.yml", compiled)
    checks = [
        expect("59m", "ErrorBudgetBurn"),
        expect("62m", "ErrorBudgetBurn", ("fast", BURN)),
        expect("70m", "RequestsHang"),
        expect("82m30s", "RequestsHang", ("hang", HANG)),
    ]
    tests = [{**OUTAGE, "alert_rule_test": checks}]
    write(tmp_path / "t.yml", {**RULE_TEST, "group_eval_order": group_names(compiled), "tests": tests})
    promtool("test", "rules", "t.yml", folder=tmp_path)


@pytest.mark.servers
@pytest.mark.parametrize("recorded", [True, False])
def test_promtool_judges_a_young_store_by_what_is_spent(tmp_path, recorded):
    """Half of the requests fail from the first scrape on: at 99 % each tier fires when its share is spent."""
    compiled = compile_slos([YOUNG], policies_of([YOUNG]), CompileOptions(recorded=recorded))
    write(tmp_path / "r.yml", compiled)
    checks = [
        {
            "expr": 'sort_desc(ALERTS{alertstate="firing",tier!="fast"})',
            "eval_time": at,
            "exp_samples": [
                {
                    "labels": f'ALERTS{{alertname="ErrorBudgetBurn",alertstate="firing",service="shop",'
                    f'severity="{(severity := "page" if tier[-1] == "h" else "ticket")}",slo="young",'
                    f'sloth_id="shop-young",sloth_service="shop",sloth_severity="{severity}",'
                    f'sloth_slo="young",tier="{tier}"}}',
                    "value": 1,
                }
                for tier in tiers
            ],
        }
        for at, tiers in (
            ("10m", ()),
            ("16m", ()),
            ("19m", ("1h",)),
            ("38m", ("1h",)),
            ("45m", ("1h", "6h")),
            ("80m", ("1h", "6h")),
            ("89m", ("1h", "6h", "1d", "3d")),
        )
    ]
    series = [{"series": "all_total", "values": "0+600x400"}, {"series": "bad_total", "values": "0+300x400"}]
    tests = [{"interval": "15s", "input_series": series, "promql_expr_test": checks}]
    write(tmp_path / "t.yml", {**RULE_TEST, "group_eval_order": group_names(compiled), "tests": tests})
    promtool("test", "rules", "t.yml", folder=tmp_path)


COUNT = "sum(increase(took_count[$window]))"
BUCKET = 'sum(increase(took_bucket{le="1"}[$window]))'
SLOW = Slo("slow", "shop", 0.99, Sli(SliKind.LATENCY, f"{COUNT} - {BUCKET}", COUNT, None, 1.0, BUCKET))


@pytest.mark.servers
@pytest.mark.parametrize("recorded", [True, False])
def test_promtool_tickets_a_bucket_that_does_not_exist_and_pages_nobody(tmp_path, recorded):
    compiled = compile_slos([SLOW], policies_of([SLOW]), CompileOptions(recorded=recorded))
    write(tmp_path / "r.yml", compiled)
    (texts,) = [rule["annotations"] for rule in rules(SLOW) if rule.get("alert") == "NoSloData"]
    named = BUCKET.replace("$window", "5m")
    told = {
        key: f"{text.partition(':{{')[0]}: {named}" if "{{" in text else text for key, text in texts.items()
    }
    labels = {"service": "shop", "slo": "slow", "severity": "ticket", "tier": "no_data"}
    labels |= {
        "sloth_id": "shop-slow",
        "sloth_service": "shop",
        "sloth_slo": "slow",
        "sloth_severity": "ticket",
    }
    checks = [
        {"eval_time": "20m", "alertname": "ErrorBudgetBurn", "exp_alerts": []},
        {
            "eval_time": "20m",
            "alertname": "NoSloData",
            "exp_alerts": [{"exp_labels": labels, "exp_annotations": told}],
        },
    ]
    series = [
        {"series": "took_count", "values": "0+600x120"},
        {"series": 'took_bucket{le="1.0"}', "values": "0+600x120"},
    ]
    tests = [{"interval": "15s", "input_series": series, "alert_rule_test": checks}]
    write(tmp_path / "t.yml", {**RULE_TEST, "group_eval_order": group_names(compiled), "tests": tests})
    promtool("test", "rules", "t.yml", folder=tmp_path)
