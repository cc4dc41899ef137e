"""What is proposed for the metrics pages of known libraries and exporters."""

from pathlib import Path

import pytest

from alerts.adopt import adoption as adoption_module
from alerts.adopt.adoption import adopt
from alerts.adopt.catalogue import load_catalogue
from alerts.adopt.write import texts
from alerts.check.observe import series_findings
from alerts.check.recorded import recorded_names
from alerts.compile import compile_slos, policies_of
from alerts.formats.files import load_slos
from alerts.signals import load_signals
from collector.labels import METRIC_NAME, Labels
from tests.alerts.adopt.conftest import AT, scrape


def slos(adoption):
    return {proposal.slo.name: proposal.slo for proposal in adoption.proposals.proposals}


def signals(adoption):
    return {signal.name: signal for signal in adoption.mapped.signals}


def test_spring_is_promised_what_it_kept(adopted):
    adoption = adopted(spring="spring", payments="clients")
    found = slos(adoption)
    assert {"orders-availability", "orders-latency", "orders-post-orders-availability"} <= found.keys()
    assert found["orders-availability"].objective == 0.9995
    assert found["orders-latency"].sli.threshold_seconds == 0.5
    assert found["orders-latency"].objective == 0.99
    assert found["payments-availability"].objective == 0.95  # 8,000 of 448,000 failed
    assert adoption.mapped.services == {"orders": ["redis", "payments"], "payments": [], "redis": []}


def test_probes_and_client_errors_are_not_the_services_failures(adopted):
    sli = slos(adopted(spring="spring"))["orders-availability"].sli
    assert 'uri!~"/actuator/health|/actuator/prometheus"' in sli.total
    assert 'status=~"5..|429"' in sli.bad


def test_a_gauge_that_is_never_at_zero_watches_no_hangs(adopted):
    adoption = adopted(spring="spring")
    assert slos(adoption)["orders-availability"].sli.in_flight is None
    assert any("never at 0" in note for note in adoption.proposals.notes)


def test_springs_signals(adopted):
    found = signals(adopted(spring="spring"))
    assert found["orders_hikari_pending"].role == "saturation"
    assert found["orders_cache_hit_ratio"].role == "cache"
    assert found["orders_redis_command_time"].service == "orders"
    assert not any("by_status" in name for name in found)


def test_nginx_without_statuses_gives_traffic_and_no_objective(adopted):
    adoption = adopted(web="nginx")
    assert slos(adoption) == {}
    assert {name: one.role for name, one in signals(adoption).items()} == {
        "web_nginx_requests": "traffic",
        "web_nginx_connections": "traffic",
    }


def test_a_status_of_another_meaning_is_no_objective(adopted):
    adoption = adopted(batch="misnamed")
    assert slos(adoption) == {}
    assert any("holds no statuses (active, archived)" in note for note in adoption.found.notes)


def test_applications_are_known_by_their_shape(adopted):
    adoption = adopted(shop="prefixed", web="timed")
    found = slos(adoption)
    assert {
        "shop-availability",
        "shop-get-cart-availability",
        "web-availability",
        "web-latency",
    } <= found.keys()
    sli = found["shop-availability"].sli
    assert 'shop_requests_total{job="shop",route!~"/health",status=~"5..|429"}' in sli.bad
    assert sli.in_flight == 'sum(shop_requests_in_progress{job="shop",route!~"/health"})'
    assert found["web-latency"].sli.threshold_seconds == 0.25
    assert "likely right" in found["web-latency"].description
    assert adoption.unknown == ["shop_build_info"]


def test_a_counter_of_errors_tells_failures_where_no_status_does(adopted):
    (slo,) = slos(adopted(api="failures")).values()
    assert 'sum(increase(api_errors_total{job="api"}[$window]))' in slo.sli.bad
    assert "failures are what api_errors_total counts" in slo.description
    assert "a guess" in slo.description
    assert slo.objective == 0.9995


def test_errors_that_outgrow_the_requests_are_no_part_of_them(adopted):
    adoption = adopted(api="failures", more="outgrown")
    assert [name for name in slos(adoption) if name.startswith("more")] == []
    assert any("rose faster than api_requests_total" in note for note in adoption.found.notes)


def test_outcomes_in_words_are_read_as_such(adopted):
    (slo,) = slos(adopted(ledger="outcomes")).values()
    assert slo.objective == 0.9995
    assert 'outcome=~"(?i)(error|' in slo.sli.bad


def test_series_without_the_scope_of_others_are_counted_once(source_of):
    source = source_of()
    scrape(source.store, "shop", "prefixed", env="prod")
    scrape(source.store, "shop", "prefixed", instance="other:1")
    found = slos(adopt(source, load_catalogue(), AT, 86_400.0))
    asked = [found[name].sli.total for name in ("shop-prod-availability", "shop-no-env-availability")]
    counted = [source.instant(one.replace("$window", "1h"), AT)[0].value for one in asked]
    (whole,) = source.instant('sum(increase(shop_requests_total{route!="/health"}[1h]))', AT)
    assert sum(counted) == pytest.approx(whole.value)


def test_all_that_is_said_of_metrics_adds_up(adopted):
    adoption = adopted(shop="prefixed", mail="unfit", any="exporters")
    text = texts(adoption, "http://here:9090", AT, 3600)["report.md"]
    known = sum(adoption.recognised.values())
    assert known + len(adoption.unknown) == len(adoption.found.names)
    assert (
        f"{len(adoption.unknown)} of {len(adoption.found.names)} metrics (5 families) are not known here"
        in text
    )


def test_a_gauge_is_not_counted(adopted):
    assert slos(adopted(types={"http_requests_total": "gauge"}, api="misnamed")) == {}


def test_grpc_codes_of_the_client_are_not_failures(adopted):
    (slo,) = slos(adopted(users="grpc")).values()
    assert slo.objective == 0.999
    assert "NotFound" not in slo.sli.bad


def test_milliseconds_are_read_as_such(adopted):
    adoption = adopted(web="old")
    latency = slos(adoption)["web-latency"]
    assert latency.sli.threshold_seconds == 0.25
    assert 'le=~"250|250.0"' in latency.sli.bad
    assert signals(adoption)["web_latency_p95"].query.endswith("/ 1000")
    assert len(slos(adoption)) == 2  # what it asked of others is not its own


def test_an_ingress_controller_serves_several(adopted):
    found = slos(adopted(ingress="ingress"))
    assert found.keys() == {"web-availability", "api-availability", "ingress-availability"}
    assert 'host!="*",code!="total"' in found["ingress-availability"].sli.total


def test_traffic_is_told_where_no_objective_is(adopted):
    assert signals(adopted(batch="misnamed"))["batch_requests"].role == "traffic"


def test_exporters_are_parts_and_nothing_is_said_without_data(adopted):
    adoption = adopted(any="exporters")
    assert set(adoption.mapped.services) == {"mysql", "node", "postgresql", "redis"}
    assert {
        "redis_hit_ratio": "cache",
        "mysql_replica_lag": "replica",
        "mysql_row_lock_waits": "lock",
        "node_cpu_used": "saturation",
    }.items() <= {name: one.role for name, one in signals(adoption).items()}.items()
    assert "redis_memory_used" not in signals(adoption)  # it has no limit
    assert "postgresql_replica_lag" not in signals(adoption)  # it is no replica


@pytest.mark.parametrize(
    ("retention", "days", "policy"),
    [(None, 30, "default"), (30, 30, "default"), (29, 28, "default"), (15, 7, "weekly")],
)
def test_nothing_is_promised_over_longer_than_is_kept(adopted, retention, days, policy):
    for proposal in adopted(api="clients", retention=retention and retention * 86_400.0).proposals.proposals:
        assert (proposal.slo.period_seconds, proposal.slo.policy) == (days * 86_400.0, policy)
        assert ("since this Prometheus keeps" in proposal.slo.description) == (days < 30)


def test_little_history_is_said(adopted):
    (proposal, *_) = adopted(days=0.1, users="grpc").proposals.proposals
    assert proposal.slo.objective == 0.99
    assert "Not enough history" in proposal.slo.description


def test_what_is_not_known_is_listed_and_not_guessed(adopted):
    assert adopted(payments="clients").unknown == ["jobs_total"]


def test_what_is_written_is_read_back(adopted, tmp_path):
    files = texts(adopted(spring="spring", payments="clients", any="exporters"), "http://here:9090", AT, 3600)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    read = load_slos(tmp_path / "slos.yml")
    assert compile_slos(read, policies_of(read))["groups"]
    assert len(load_signals(tmp_path / "signals.yml").signals) > 15
    assert "| orders | orders-availability | 99.95 % |" in files["report.md"]


def test_rules_of_strangers_bring_no_markup_into_the_report(adopted):
    rule = {"type": "alerting", "name": "<b>\x1b[2J|a\n# b", "query": "up ==", "labels": {"severity": "page"}}
    adoption = adopted(nginx="nginx", groups=[{"name": "g", "file": "f", "rules": [rule]}])
    text = texts(adoption, "http://prom", AT, 86_400.0)["report.md"]
    assert "| f: g: &lt;b>\ufffd[2J\\|a # b |" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("spring", []),
        ("prefixed", []),
        ("timed", []),
        ("grpc", []),
        ("outcomes", []),
        ("failures", ["labels-differ"]),  # errors by type, requests by endpoint: do they go together?
    ],
)
def test_the_lint_of_what_is_proposed(source_of, page, found):
    source = source_of(job=page)
    proposals = adopt(source, load_catalogue(), AT, 3600.0).proposals.proposals
    told = [one.rule for each in proposals for one in series_findings(source.querier, each.slo, AT)]
    assert proposals
    assert [rule for rule in told if rule != "selector-matches-nothing"] == found


def test_what_rules_record_is_known(source_of):
    rule = {"type": "recording", "name": "shop_build_info", "query": "up"}
    source = source_of(shop="prefixed")
    for name in ("sloth_slo_info", "slo:objective:ratio", "other_info"):
        source.store.append(Labels({METRIC_NAME: name}), int(AT * 1000), 1.0)
    source.groups = [{"name": "g", "file": "f", "rules": [rule]}]
    adoption = adopt(source, load_catalogue(), AT, 3600.0)
    assert adoption.recognised["recorded by rules"] == 3
    assert adoption.unknown == ["other_info"]


def test_all_that_compiled_slos_record_is_known():
    slos = load_slos(Path("alerts/examples/shop.slo.yml"))
    names = recorded_names(slos, policies_of(slos))
    assert {name for name in names if ":" not in name} <= set(adoption_module._OURS)
