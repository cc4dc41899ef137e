import pytest

from alerts.injection import records_injection


@pytest.mark.parametrize(
    "query",
    [
        "fault_active",
        "http_faults_injected_total",
        "rate(errors_injected_total[1m])",
        "istio_fault_delay",
        "envoy_http_fault_delays_injected",
        "aws_FaultInjection_count",
        "drills_running",
        'up{job="fireline-drill"}',
        'up{job="game",pod="drills-7f"}',
        "litmuschaos_awaited_experiments",
        "chaos_mesh_experiments",
        "gremlin_attack_active",
        "rate(toxic_latency_ms[1m])",
        "toxiproxy_proxy_received_bytes_total",
        "up{job=~'toxiproxy.*'}",
        'sum(rate(client_seconds_sum{server="redis-toxiproxy"}[1m]))',
        "rate(cpu{groupname=`fault-proxy`}[1m])",
        "redis_proxy_latency_seconds",
        "shop_switch_enabled",
        "switch_enabled",
        "rate(switches_flipped_total[1m])",
        'feature_flag_enabled{flag="stale"}',
    ],
)
def test_what_is_done_to_a_system_on_purpose_is_told_by_its_words(query):
    assert records_injection(query)


@pytest.mark.parametrize(
    "query",
    [
        "rate(nginx_proxy_requests_total[1m])",
        "kube_proxy_sync_duration",
        "rate(haproxy_backend_http_responses_total[1m])",
        "rate(node_vmstat_pgmajfault[1m])",
        "page_faults_total",
        "x_fault_domain_up",
        "default_pool_size",
        "rate(sql_injection_blocked_total[1m])",
        "switch_port_errors_total",
        "context_switches_total",
        "drill_down_queries_total",
        'up{job!="fireline-drill"}',
        'rate(requests_total{job="edge-proxy",route!~"/(fault|chaos)"}[1m])',
        "rate(cache_requests_total[$window])",
    ],
)
def test_what_only_sounds_alike_is_of_the_system_itself(query):
    assert not records_injection(query)


@pytest.mark.parametrize("name", ["fault", "faults", "drill", "proxy", "switches", "chaos"])
def test_a_signal_says_by_its_name_what_it_is(name):
    assert records_injection("f", name)


@pytest.mark.parametrize("name", ["page_fault_rate", "proxy_5xx", "switch_errors", "default"])
def test_a_name_that_only_sounds_alike_is_none(name):
    assert not records_injection("f", name)
