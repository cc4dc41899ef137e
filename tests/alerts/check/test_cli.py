import json
from pathlib import Path

import pytest
import stamina
from click.testing import CliRunner

from alerts.cli import alerts
from alerts.policy import load_policy

SHOP = "alerts/examples/shop.slo.yml"
NAMES = ["order-availability", "order-latency", "product-latency"]


def run(*arguments, columns=100):
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(alerts, ["check", *map(str, arguments)])


@pytest.fixture
def ninety(tmp_path):
    path = tmp_path / "ninety.slo.yml"
    text = Path(SHOP).read_text().split("---\n")[0].replace("target: 0.99", "target: 0.9")
    path.write_text(text.replace("annotations:", "annotations:\n    fireline/policy: workbook", 1))
    return path


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits(ninety, columns):
    done = run(ninety, columns=columns)
    assert max(map(len, done.stdout.splitlines())) <= columns
    assert "cannot" in done.stdout
    assert "name: workbook-90" in done.stdout
    assert done.exit_code == 1


def test_what_is_proposed_is_written_and_loads(ninety, tmp_path):
    done = run(ninety, "--propose", tmp_path / "policies", "--format", "json")
    path = tmp_path / "policies/order-availability.policy.yml"
    assert done.stderr == f"wrote {path}\n"
    assert load_policy(str(path)).name == "workbook-90"
    told = json.loads(done.stdout)
    assert told["proposed_policies"]["order-availability"] == path.read_text()
    assert {(one["tier"], one["change"], one["can_fire"]) for one in told["proposals"]} == {
        ("1h", "budget_share", True),
        ("1h", "windows", True),
        ("6h", "budget_share", True),
        ("6h", "windows", True),
    }


def test_where_there_is_nothing_to_propose_it_says_so(tmp_path):
    done = run(SHOP, "--propose", tmp_path / "policies")
    assert done.stderr == "--propose: nothing to propose: half an outage fires each tier as it is\n"
    assert not (tmp_path / "policies").exists()


def test_each_column_has_a_line_of_its_own():
    lines = run(SHOP, columns=200).stdout.splitlines()
    columns = ("factor: ", "begins: ", "100 %, 10 %, 1 %: ", "spent: ", "resets: ")
    assert [sum(line.startswith(column) for line in lines) for column in columns] == [1] * 5


def test_traffic_of_all_and_of_one():
    done = run(SHOP, "--traffic", "100/s", "--traffic", "order-latency=1.2/m", "--format", "json")
    told = json.loads(done.stdout)
    per_second = {tier["slo"]: tier["traffic"]["per_second"] for tier in told["tiers"]}
    assert per_second == dict(zip(NAMES, [100, 0.02, 100], strict=True))
    assert [(one["rule"], one["message"].split(":")[0]) for one in told["findings"]] == [
        ("cannot-fire-at-traffic", "order-latency")
    ]


def test_evaluation_interval_is_waited_for():
    detect = [
        json.loads(run(SHOP, "--format", "json", "--interval", interval).stdout)["tiers"][0][
            "detect_seconds"
        ]["1"]
        for interval in ("15s", "1m")
    ]
    assert detect[1] - detect[0] == pytest.approx(22.5)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--traffic", "much"], "expected a rate above 0 such as 0.2/s, 500/m or 1000/h, found 'much'"),
        (["--traffic", "other=1/s"], "--traffic: expected one of order-availability, order-latency"),
        (
            ["--prometheus", "nonsense"],
            "--prometheus: expected a URL such as http://host:9090, found",
        ),
        (["--retention", "0"], "expected a duration above 0"),
    ],
)
def test_mistakes_are_one_line(arguments, said):
    done = run(SHOP, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr.replace("\n", " ")


def test_a_server_that_is_not_there_is_one_line():
    with stamina.set_testing(True, attempts=1):
        done = run(SHOP, "--prometheus", "http://127.0.0.1:9")
    assert done.exit_code == 2
    assert done.stderr.startswith("fireline: http://127.0.0.1:9: Connection refused")
    assert done.stderr.count("\n") == 1


def test_retention_is_told():
    done = run(SHOP, "--retention", "20d", "--format", "json")
    assert {one["rule"] for one in json.loads(done.stdout)["findings"]} == {"beyond-retention"}
    assert done.exit_code == 0


def test_what_is_said_of_several_slos_is_said_once(tmp_path):
    done = run(SHOP, "--retention", "20d", columns=1000)
    (line,) = [one for one in done.stdout.splitlines() if "beyond-retention" in one]
    assert line.startswith(f"warning: {', '.join(NAMES)}: a period of 30d is beyond")
    document = Path(SHOP).read_text().split("---\n")[0]
    copies = [document.replace("name: order-availability", f"name: copy-{n}") for n in range(5)]
    (tmp_path / "five.yml").write_text("---\n".join(copies))
    done = run(tmp_path / "five.yml", "--retention", "20d", columns=1000)
    assert "warning: copy-0, copy-1, copy-2 and 2 more: a period" in done.stdout
    assert (
        len(
            json.loads(run(tmp_path / "five.yml", "--retention", "20d", "--format", "json").stdout)[
                "findings"
            ]
        )
        == 5
    )
