import sys
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from commerce_app.stack.exporter import GroupUsage, group_metrics, main
from commerce_app.stack.groups import one_core_group, write_groups
from commerce_app.stack.ports import free_port, is_listening
from commerce_app.stack.process import Child, wait_until
from commerce_app.stack.procfs import ProcessStat, TreeUsage


def samples(metrics) -> dict[str, float]:
    return {
        f"{s.name}{{{','.join(s.labels.values())}}}": s.value for metric in metrics for s in metric.samples
    }


def test_names_are_process_exporters():
    found = samples(group_metrics({"valkey": TreeUsage(1, 2.0, 3.0, 4096)}, {"valkey": 2}))
    assert found == {
        "namedprocess_namegroup_cpu_seconds_total{valkey,user}": 2.0,
        "namedprocess_namegroup_cpu_seconds_total{valkey,system}": 3.0,
        "namedprocess_namegroup_memory_bytes{valkey,resident}": 4096,
        "namedprocess_namegroup_num_procs{valkey}": 1,
        "namedprocess_namegroup_cpu_limit_cores{valkey}": 2,
    }


def test_a_group_that_is_gone_ends_its_cpu_series():
    found = samples(group_metrics({"shop": TreeUsage(0, 0.0, 0.0, 0)}, {"shop": 1}))
    assert found == {
        "namedprocess_namegroup_num_procs{shop}": 0,
        "namedprocess_namegroup_cpu_limit_cores{shop}": 1,
    }


def test_cpu_time_of_members_that_are_gone_stays_in_the_group():
    def process(pid, seconds):
        return ProcessStat(pid, 1, seconds, 1.0, 4096)

    group = GroupUsage()
    assert group.add_up([7, 8], [process(7, 5.0), process(8, 3.0)]) == TreeUsage(2, 8.0, 2.0, 8192)
    assert group.add_up([7], [process(7, 6.0)]) == TreeUsage(1, 9.0, 2.0, 4096)
    assert group.add_up([9], [process(9, 0.5)]) == TreeUsage(1, 9.5, 3.0, 4096)
    assert group.add_up([9], []).processes == 0


@pytest.mark.servers
@pytest.mark.parametrize("arguments", [[], ["groups.json"], ["groups.json", "here"]])
def test_without_its_arguments_it_says_which_they_are(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert capsys.readouterr().err.startswith("usage: python -m commerce_app.stack.exporter GROUPS.json PORT")


def test_serves_its_own_usage(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "commerce_app.stack.exporter", tmp_path / "groups.json", str(port)]
    child = Child.start("exporter", command, tmp_path / "log")
    try:
        write_groups(tmp_path / "groups.json", {"self": one_core_group(child)})
        wait_until(lambda: is_listening(port), child, 20)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            found = samples(text_string_to_metric_families(answer.read().decode()))
    finally:
        child.stop()
    assert found["namedprocess_namegroup_num_procs{self}"] == 1
    assert found["namedprocess_namegroup_cpu_seconds_total{self,user}"] > 0
    assert found["node_cpu_seconds_total{idle}"] > 0
    assert found["machine_works_total{}"] > 0
