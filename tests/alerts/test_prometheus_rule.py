import pytest

from alerts.errors import SpecError
from alerts.prometheus_rule import prometheus_rule, resource_labels
from collector.rules.files import load_rule_files, parse_groups

RULES = {"groups": [{"name": "g", "rules": [{"record": "a", "expr": "1"}]}]}


def test_holds_the_rules_under_a_name_that_kubernetes_takes():
    made = prometheus_rule("My_Shop.", RULES, {"release": "prometheus"})
    assert made["metadata"] == {"name": "my-shop", "labels": {"release": "prometheus"}}
    assert parse_groups(made["spec"])[0].name == "g"


def test_is_read_as_what_it_is(tmp_path):
    (tmp_path / "r.yml").write_text(str(prometheus_rule("a", RULES)))
    assert [group.name for group in load_rule_files([tmp_path / "r.yml"])] == ["g"]


@pytest.mark.parametrize("pair", ["release", "=a", "a b=c", "a=-", "a=b c", "a=" + "b" * 64])
def test_refuses_labels_that_kubernetes_would(pair):
    with pytest.raises(SpecError, match="--label: expected NAME=VALUE"):
        resource_labels((pair,))


def test_reads_labels():
    assert resource_labels(("app.kubernetes.io/part-of=shop", "a=")) == {
        "app.kubernetes.io/part-of": "shop",
        "a": "",
    }
