import pytest

from collector.errors import ConfigError
from collector.labels import Labels
from collector.ruletest.file import (
    AlertTest,
    ExpectedAlert,
    ExpectedSample,
    QueryTest,
    RuleTest,
    load_rule_tests,
)
from collector.series_notation import Run

UP = Labels({"__name__": "up", "job": "shop"})
EVERYTHING = """
rule_files: [rules/*.yml, none.yml]
evaluation_interval: 30s
group_eval_order: [b, a]
fuzzy_compare: true
tests:
- name: down
  interval: 15s
  external_labels: {dc: x}
  external_url: http://u
  input_series: [{series: 'up{job="shop"}', values: 0x10}]
  alert_rule_test:
  - {eval_time: 2m, alertname: Down, exp_alerts: [{exp_labels: {job: shop}, exp_annotations: {yes: 010}}]}
  promql_expr_test:
  - {expr: up, eval_time: 4m, exp_samples: [{labels: 'up{job="shop"}', value: -.inf}]}
"""


def read(tmp_path, text):
    (tmp_path / "t.yml").write_text(text)
    return load_rule_tests(tmp_path / "t.yml")


def test_all_keys_are_read(tmp_path):
    (tmp_path / "rules").mkdir()
    for name in ("b.yml", "a.yml", ".hidden.yml", "other.txt"):
        (tmp_path / "rules" / name).touch()
    file = read(tmp_path, EVERYTHING)
    assert [path.name for path in file.rule_files] == [".hidden.yml", "a.yml", "b.yml"]
    assert (file.missing, file.interval_seconds, file.group_order) == (("none.yml",), 30.0, ("b", "a"))
    assert file.fuzzy is True
    assert file.tests == (
        RuleTest(
            name="down",
            interval_seconds=15.0,
            series={UP: (Run(0.0, 0.0, 11),)},
            alerts=(AlertTest("Down", 120.0, (ExpectedAlert({"job": "shop"}, {"yes": "010"}),)),),
            queries=(QueryTest("up", 240.0, (ExpectedSample(UP, float("-inf")),)),),
            external_labels={"dc": "x"},
            external_url="http://u",
        ),
    )
    assert file.tests[0].last_seconds == 240.0


def test_what_is_left_out_has_promtools_defaults(tmp_path):
    file = read(tmp_path, "tests: [{}]")
    assert (file.interval_seconds, file.fuzzy, file.rule_files) == (60.0, False, ())
    assert (file.tests[0].interval_seconds, file.tests[0].last_seconds) == (60.0, 0.0)


def test_absolute_patterns_are_found(tmp_path):
    (tmp_path / "r.yml").touch()
    assert read(tmp_path, f"rule_files: [{tmp_path}/*r.yml]").rule_files == (tmp_path / "r.yml",)


def test_a_folder_whose_name_is_a_pattern_is_that_folder(tmp_path):
    (tmp_path / "[a]").mkdir()
    (tmp_path / "[a]" / "r.yml").touch()
    assert len(read(tmp_path / "[a]", "rule_files: [r.yml]").rule_files) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("test: []", "test: unknown key: did you mean tests?"),
        ("group_eval_order: [a, a]", "group_eval_order: expected each group once, found 'a' twice"),
        ("rule_files: ['a[']", "rule_files: expected a pattern whose [ is closed, found 'a['"),
        ("fuzzy_compare: 1", "fuzzy_compare: expected one of true, false, found '1'"),
        ("tests: {", "expected YAML"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key(tmp_path, text, said):
    with pytest.raises(ConfigError) as failed:
        read(tmp_path, text)
    assert str(failed.value).startswith(f"{tmp_path / 't.yml'}: {said}")


@pytest.mark.parametrize(
    ("key", "item", "said"),
    [
        ("promql_expr_tests", "", "promql_expr_tests: unknown key: did you mean promql_expr_test?"),
        ("input_series", "series: a, value: 1", "input_series[0].value: unknown key: did you mean values?"),
        ("input_series", "series: a, values: 1 b", "input_series[0].values: a: expected a number"),
        (
            "input_series",
            "series: a, values: '{{}}'",
            "input_series[0].values: a: native histograms, {{…}}, are",
        ),
        ("input_series", "series: 'a{', values: 1", "input_series[0].series: expected a series"),
        ("input_series", "values: 1", "input_series[0].series: expected text, found nothing"),
        ("alert_rule_test", "eval_time: 5m", "alert_rule_test[0].alertname: expected text, found nothing"),
        (
            "alert_rule_test",
            "alertname: A, eval_time: 5",
            "alert_rule_test[0].eval_time: expected a duration",
        ),
        (
            "promql_expr_test",
            "exp_samples: [{value: NaN}]",
            "exp_samples[0].value: expected a number such as 1",
        ),
        (
            "promql_expr_test",
            "exp_samples: [{labels: a 1}]",
            "exp_samples[0].labels: expected a series, found '1'",
        ),
    ],
)
def test_what_is_wrong_in_a_test_is_named_by_its_place(tmp_path, key, item, said):
    with pytest.raises(ConfigError) as failed:
        read(tmp_path, f"tests: [{{{key}: [{{{item}}}]}}]")
    assert f": tests[0].{said}" in str(failed.value).replace("promql_expr_test[0].", "")


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.yml: cannot be read: No such file"):
        load_rule_tests(tmp_path / "none.yml")
