import pytest

from collector.errors import ConfigError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.rules.files import AlertingRule, RecordingRule, load_rule_files, parse_groups

GROUP = {
    "name": "slo",
    "interval": "30s",
    "rules": [
        {"record": "job:up:sum", "expr": "sum by (job) (up)", "labels": {"tier": 1}},
        {
            "alert": "Down",
            "expr": "up == 0",
            "for": "5m",
            "keep_firing_for": "10m",
            "annotations": {"summary": "{{ $labels.job }}"},
        },
    ],
}


def read(**changes):
    check = lambda expr: parse(expr, size=QuerySize())  # noqa: E731
    return parse_groups({"groups": [{**GROUP, **changes}]}, "r.yml", check=check)


def test_a_group_is_read():
    (group,) = read()
    assert group.interval_seconds == 30.0
    assert group.rules == (
        RecordingRule("job:up:sum", "sum by (job) (up)", {"tier": "1"}),
        AlertingRule("Down", "up == 0", 300.0, 600.0, {}, {"summary": "{{ $labels.job }}"}),
    )


def test_a_group_without_interval_takes_the_default():
    (group,) = parse_groups({"groups": [{"name": "g"}]}, default_interval_seconds=15.0)
    assert group.interval_seconds == 15.0


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"record": "x"}, r"groups\[0\].rules\[0\].expr: expected text"),
        ({"record": "x", "alert": "y", "expr": "up"}, "found both"),
        ({"alrt": "x", "expr": "up"}, "expected alert or record, found neither: is alrt meant for alert"),
        ({"expr": "up"}, "expected alert or record, found neither$"),
        ({"record": "x", "expr": "sum("}, "rule 'x'"),
        ({"alert": "x", "expr": "up", "fore": "5m"}, "did you mean for"),
        ({"alert": "x", "expr": "up", "for": "soon"}, "for: expected a duration"),
        ({"alert": "x", "expr": "up", "annotations": {"a": "{{ $x"}}, "annotations.a: expected a template"),
        ({"record": "a-b", "expr": "up"}, "record: expected a name of letters, digits, _ and :, found 'a-b'"),
        ({"record": "x", "expr": "up", "labels": {"a-b": "c"}}, "labels: expected names of letters"),
        ({"alert": "x", "expr": "up", "annotations": {"a b": "c"}}, "annotations: expected names of letters"),
        ({"record": "x", "expr": "up", "labels": {"__name__": "y"}}, "labels: expected labels other than"),
    ],
)
def test_a_wrong_rule_is_refused_by_file_and_key(rule, said):
    with pytest.raises(ConfigError, match=r"r\.yml: .*" + said):
        read(rules=[rule])


@pytest.mark.parametrize("key", ["limit", "interval"])
def test_a_number_of_very_many_digits_is_refused_in_a_short_line(key):
    with pytest.raises(ConfigError, match=rf"^r\.yml: groups\[0\]\.{key}: expected .{{1,99}}$"):
        read(**{key: "9" * 5_000})


def test_two_groups_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="is there twice"):
        parse_groups({"groups": [{"name": "g"}, {"name": "g"}]})


def test_rule_files_are_found_by_pattern(tmp_path):
    (tmp_path / "a.yml").write_text("groups: [{name: a}]")
    (tmp_path / "b.yml").write_text("groups: [{name: b}]")
    groups = load_rule_files([tmp_path / "*.yml", tmp_path / "a.yml"])
    assert [group.name for group in groups] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    expr: down\n",
            "line 6: the key 'expr' is in line 5 already",
        ),
        ("groups: " + "[" * 100_000, "line 1: expected at most 100 levels of nesting"),
    ],
)
def test_a_key_given_twice_and_deep_nesting_are_refused_with_their_lines(tmp_path, text, said):
    (tmp_path / "r.yml").write_text(text)
    with pytest.raises(ConfigError, match=rf"r\.yml: expected YAML: {said}$"):
        load_rule_files([tmp_path / "r.yml"])


def test_a_rule_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_rule_files([tmp_path / "none.yml"])


def test_a_key_given_twice_is_refused(tmp_path):
    (tmp_path / "r.yml").write_text("groups:\n- name: a\n  rules:\n  - {record: r, expr: up, record: s}\n")
    with pytest.raises(
        ConfigError, match=r"r\.yml: expected YAML: line 4: the key 'record' is in line 4 already"
    ):
        load_rule_files([tmp_path / "r.yml"])


def test_labels_stay_as_they_are_written(tmp_path):
    rule = "{record: r, expr: 0x10, labels: {version: 1.10, on: yes, code: 010}}"
    (tmp_path / "r.yml").write_text(f"groups: [{{name: a, limit: 5, rules: [{rule}]}}]")
    (group,) = load_rule_files([tmp_path / "r.yml"])
    assert group.limit == 5
    assert group.rules == (RecordingRule("r", "0x10", {"version": "1.10", "on": "yes", "code": "010"}),)


@pytest.mark.parametrize("limit", [-1, "-1", "many", 1.5])
def test_a_limit_that_is_no_count_is_refused(limit):
    with pytest.raises(ConfigError, match=r"groups\[0\]\.limit: expected a whole number"):
        read(limit=limit)


def test_a_pattern_that_matches_nothing_is_logged(tmp_path, caplog):
    assert load_rule_files([tmp_path / "*.yml"]) == ()
    assert caplog.messages == [f"rule_files: no file matches {tmp_path / '*.yml'}"]


RESOURCE = """\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: a}
spec:
  groups: [{name: g}]
"""


def load(folder, text):
    (folder / "r.yml").write_text(text)
    return load_rule_files([folder / "r.yml"])


def test_rules_as_kubernetes_has_them_are_read_beside_plain_ones(tmp_path):
    found = load(tmp_path, f"---\n# by hand\n{RESOURCE}---\ngroups: [{{name: h}}]\n---\n")
    assert [group.name for group in found] == ["g", "h"]
    assert len({group.key for group in found}) == 2


def test_a_list_of_resources_is_read(tmp_path):
    group = '{name: g, rules: [{record: r, expr: "1", labels: {v: 1.10}}]}'
    item = f"{{kind: PrometheusRule, spec: {{groups: [{group}]}}}}"
    (group,) = load(tmp_path, f"kind: List\nitems: [{item}]\n")
    assert group.rules[0].labels == {"v": "1.10"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RESOURCE.replace("PrometheusRule", "Rule"), "kind: expected one of PrometheusRule, found 'Rule'"),
        (RESOURCE.replace("/v1", "/v9"), "apiVersion: expected one of monitoring.coreos.com/v1"),
        (RESOURCE + "groups: []\n", "groups: unknown key"),
        (f"groups: []\n---\n{RESOURCE}---\ngroup: []\n", r"\(document 3\): group: unknown key"),
        ("kind: List\nitems: a\n", "items: expected a list"),
    ],
)
def test_a_resource_that_is_wrong_is_refused(tmp_path, text, said):
    with pytest.raises(ConfigError, match=r"r\.yml:? ?" + said):
        load(tmp_path, text)
