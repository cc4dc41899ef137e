import errno
import json
import os
from pathlib import Path
from unittest.mock import Mock

import pytest
import yaml
from click.testing import CliRunner

from alerts.casefile import BUILT_IN
from alerts.cli import alerts, replay

SHOP = "alerts/examples/shop.slo.yml"


def run(command, *arguments: object):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_compile_writes_rules_and_their_tests(tmp_path):
    done = run(alerts, "compile", SHOP, "--out", tmp_path)
    assert done.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.rules.yml", "shop.test.yml"]
    assert yaml.safe_load((tmp_path / "shop.test.yml").read_text())["rule_files"] == ["shop.rules.yml"]


@pytest.mark.parametrize(
    "name", ["a\nb.slo.yml", "a\x1b[31m.slo.yml", "\u202eb.slo.yml", "..slo.yml", ".slo.yml"]
)
def test_a_file_that_rules_cannot_be_called_by_is_refused(tmp_path, name):
    (tmp_path / name).write_text(Path(SHOP).read_text())
    done = run(alerts, "compile", tmp_path / name, "--out", tmp_path / "out")
    assert (done.exit_code, list(tmp_path.glob("out/*"))) == (2, [])
    assert "FILES: expected names to call rules by, such as shop.slo.yml, found '" in done.stderr


def test_what_was_written_is_told_in_a_plain_line(tmp_path):
    done = run(alerts, "compile", SHOP, "--out", tmp_path / "o\x1b[31m\nx")
    assert (done.exit_code, len(done.stdout.splitlines()), "\x1b" in done.stdout) == (0, 2, False)


def test_compile_self_contained_writes_alerts_only(tmp_path):
    assert run(alerts, "compile", SHOP, "--out", tmp_path, "--self-contained").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["shop.rules.yml"]


def test_two_files_on_the_same_requests_page_once_for_a_hang(tmp_path):
    for name in ("one", "two"):
        text = Path(SHOP).read_text().replace("name: ", f"name: {name}-")
        (tmp_path / f"{name}.slo.yml").write_text(text)
    files = [tmp_path / f"{name}.slo.yml" for name in ("one", "two")]
    assert run(alerts, "compile", *files, "--out", tmp_path).exit_code == 0
    hangs = [
        (tmp_path / f"{name}.rules.yml").read_text().count("alert: RequestsHang") for name in ("one", "two")
    ]
    assert hangs == [2, 0]
    tests = (tmp_path / "two.test.yml").read_text()
    assert "RequestsHang" not in tests


def test_compile_takes_an_interval(tmp_path):
    run(alerts, "compile", SHOP, "--out", tmp_path, "--interval", "5s")
    groups = yaml.safe_load((tmp_path / "shop.rules.yml").read_text())["groups"]
    assert groups[0]["interval"] == "5s"


@pytest.mark.parametrize("command", [["compile", "none.yml", "--out", "x"], ["check", "none.yml"]])
def test_a_mistake_is_one_line_and_exit_code_2(command):
    done = run(alerts, *command)
    assert done.exit_code == 2
    assert done.stderr == "fireline: none.yml: expected a readable file: No such file or directory\n"


def test_two_files_of_one_name_are_refused(tmp_path):
    done = run(alerts, "compile", SHOP, SHOP, "--out", tmp_path)
    assert done.exit_code == 2
    assert "expected a different name for each file" in done.stderr


def test_compile_writes_over_no_file_that_it_reads(tmp_path):
    first, second = tmp_path / "a.yml", tmp_path / "a.rules.yml"
    for path, name in ((first, "one"), (second, "two")):
        path.write_text(Path(SHOP).read_text().replace("name: ", f"name: {name}-"))
    before = second.read_text()
    done = run(alerts, "compile", first, second, "--out", tmp_path)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert f"--out: expected another file than {second}, which is read" in done.stderr
    assert (second.read_text(), len(list(tmp_path.iterdir()))) == (before, 2)


@pytest.mark.parametrize("place", ["/dev/full/x", "{file}/x"])
def test_a_folder_that_cannot_be_written_is_one_line_and_exit_code_2(tmp_path, place):
    (tmp_path / "file").write_text("")
    done = run(alerts, "compile", SHOP, "--out", place.format(file=tmp_path / "file"))
    assert (done.exit_code, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert "shop.rules.yml: expected a file that can be written: Not a directory" in done.stderr


def test_a_compilation_that_finds_no_room_leaves_the_old_one(tmp_path, monkeypatch):
    run(alerts, "compile", SHOP, "--out", tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    monkeypatch.setattr(os, "fsync", Mock(side_effect=[None, OSError(errno.ENOSPC, "No space left")]))
    done = run(alerts, "compile", SHOP, "--out", tmp_path, "--interval", "5s")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("shop.test.yml: expected a file that can be written: No space left\n")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def test_check_says_what_tiers_can_do():
    done = run(alerts, "check", SHOP)
    assert done.exit_code == 0
    assert "product-latency" in done.stdout
    assert json.loads(run(alerts, "check", SHOP, "--format", "json").stdout)["findings"] == []


def test_check_takes_a_scrape_interval():
    done = run(alerts, "check", SHOP, "--format", "json", "--scrape-interval", "1m")
    assert (done.exit_code, {f["rule"] for f in json.loads(done.stdout)["findings"]}) == (0, {"blind-tier"})


def test_check_fails_on_an_unreachable_tier(tmp_path):
    path = tmp_path / "ninety.slo.yml"
    path.write_text(Path(SHOP).read_text().replace("target: 0.99", "target: 0.9"))
    done = run(alerts, "check", path, "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"][0]["rule"] == "unreachable-tier"


@pytest.fixture
def short_case(tmp_path):
    """The seed's first ten minutes, with little history, in a folder of its own."""
    content = yaml.safe_load((BUILT_IN / "seed-2025-09-03/case.yml").read_text())
    content |= {"end": "2025-09-03 10:10", "history": {"length": "2h", "step": "5m", "fine": "1h"}}
    (tmp_path / "case.yml").write_text(yaml.safe_dump(content))
    return tmp_path


@pytest.fixture
def product_slo(tmp_path):
    path = tmp_path / "product.slo.yml"
    path.write_text(Path(SHOP).read_text().split("---\n")[2])
    return path


def test_replay_writes_markdown(short_case, product_slo, tmp_path):
    out = tmp_path / "deep" / "replay.ko.md"
    done = run(replay, short_case, "--slos", product_slo, "--lang", "ko", "--out", out)
    assert (done.exit_code, done.stdout) == (0, f"wrote {out}\n")
    assert "충족" in out.read_text()


def test_replay_fails_where_the_page_comes_too_late(short_case, product_slo):
    done = run(replay, short_case, "--slos", product_slo, "--policy", "workbook")
    assert done.exit_code == 1
    assert "not met" in done.stdout


def test_replay_refuses_an_unknown_case_or_policy():
    assert "case 'none': expected one of" in run(replay, "none").stderr
    assert "policy 'none': expected one of" in run(replay, "--policy", "none").stderr


def test_compile_makes_resources_for_kubernetes(tmp_path):
    kubernetes = ("--format", "prometheusrule", "--label", "release=prom")
    assert run(alerts, "compile", SHOP, "--out", tmp_path, *kubernetes).exit_code == 0
    made = {path.name: yaml.safe_load(path.read_text()) for path in tmp_path.iterdir()}
    assert made["shop.rules.yml"]["metadata"] == {"name": "shop", "labels": {"release": "prom"}}
    assert list(made) == ["shop.rules.yml"]


def test_compile_takes_another_policy(tmp_path):
    run(alerts, "compile", SHOP, "--out", tmp_path, "--policy", "workbook")
    assert "tier: fast" not in (tmp_path / "shop.rules.yml").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--label", "a=b"], "--label: expected with --format prometheusrule only"),
        (["--policy", "sloth", "--windows", SHOP], "--windows: expected without --policy"),
        (["--slo-period", "7d"], "--slo-period: expected 28d or 30d, or --windows"),
    ],
)
def test_compile_refuses_options_that_do_not_go_together(tmp_path, arguments, said):
    done = run(alerts, "compile", SHOP, "--out", tmp_path, *arguments)
    assert (done.exit_code, said in done.stderr) == (2, True)
