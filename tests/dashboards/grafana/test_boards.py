import copy
import json

import pytest
import yaml

from alerts.compile import policies_of
from alerts.slo import Sli, SliKind, Slo
from collector.embedded import EmbeddedQuerier
from collector.memory import MemoryStore
from dashboards.config import load_config
from dashboards.grafana.export import export_dashboards
from dashboards.grafana.lint import SLO_BOARD, filled, lint
from dashboards.grafana.panels import _ref_id
from dashboards.grafana.shop.board import shop_board
from dashboards.grafana.slos import slo_board
from dashboards.starter import write_starter

BAD, ALL = "sum(increase(bad_total[$window]))", "sum(increase(all_total[$window]))"
SLO = Slo("orders", "order", 0.99, Sli(SliKind.AVAILABILITY, BAD, ALL), title={"en": "Orders", "ko": "주문"})


@pytest.fixture
def shop():
    return shop_board()


def panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def test_shop_board_keeps_every_rule(shop):
    assert lint(shop) == []


def test_slo_board_keeps_every_rule_but_the_excluded(tmp_path):
    assert lint(slo_board([SLO], policies_of([SLO])), SLO_BOARD) == []


def test_slo_board_has_a_row_for_each_slo():
    board = slo_board([SLO], policies_of([SLO]), "ko")
    assert [panel["title"] for panel in board["panels"] if panel["type"] == "row"] == [
        "All SLOs",
        "order: 주문",
    ]


def test_burn_rate_chart_marks_where_the_pages_begin():
    board = slo_board([SLO], policies_of([SLO]))
    chart = next(panel for panel in panels(board) if panel["title"] == "Burn rate")
    assert chart["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"] == pytest.approx(6)
    assert "14.4 over 1h, 6 over 6h" in chart["description"]


def test_panels_do_not_overlap(shop):
    for board in (shop, slo_board([SLO], policies_of([SLO]))):
        taken = set()
        for place in (panel["gridPos"] for panel in board["panels"]):
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}  # fmt: skip
            assert place["x"] + place["w"] <= 24
            assert not cells & taken
            taken |= cells


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("uneditable", lambda b: b.update(editable=True)),
        ("panel-ids", lambda b: panels(b)[0].update(id=panels(b)[1]["id"])),
        ("template-datasource", lambda b: b["templating"]["list"].pop(0)),
        ("template-job", lambda b: b["templating"]["list"][1].update(multi=False)),
        ("template-instance", lambda b: b["templating"]["list"].pop()),
        ("panel-title-description", lambda b: panels(b)[0].update(description="")),
        ("panel-units", lambda b: panels(b)[0]["fieldConfig"]["defaults"].pop("unit")),
        ("panel-datasource", lambda b: panels(b)[0]["datasource"].update(uid="abc")),
        ("panel-no-targets", lambda b: panels(b)[0].update(targets=[])),
        ("target-ref-id", lambda b: panels(b)[0]["targets"][0].update(refId="")),
        ("target-promql", lambda b: panels(b)[0]["targets"][0].update(expr="sum(")),
        ("rate-interval", lambda b: panels(b)[0]["targets"][0].update(expr="rate(a_total[5m])")),
        ("target-counter-agg", lambda b: panels(b)[0]["targets"][0].update(expr="sum(a_total)")),
        ("selector-variables", lambda b: panels(b)[0]["targets"][0].update(expr='up{job="x"}')),
    ],
)
def test_lint_finds(rule, spoil, shop):
    spoilt = copy.deepcopy(shop)
    spoil(spoilt)
    assert rule in {finding.rule for finding in lint(spoilt)}


def test_export_writes_what_grafana_reads(tmp_path):
    write_starter(tmp_path, "en")
    written = export_dashboards(tmp_path / "out", load_config(tmp_path / "fireline.yml"), "http://here:9600")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in written]
    assert names == [
        "dashboards/fireline-slos.json",
        "dashboards/fireline-shop.json",
        "provisioning/dashboards/fireline.yml",
        "provisioning/datasources/fireline.yml",
    ]
    assert json.loads(written[0].read_text())["uid"] == "fireline-slos"
    source = yaml.safe_load(written[3].read_text())["datasources"][0]
    assert (source["url"], source["jsonData"]["timeInterval"]) == ("http://here:9600", "15s")


def test_ref_ids_go_on_after_z():
    assert [_ref_id(place) for place in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


def test_every_query_is_one_that_our_engine_answers(shop):
    querier = EmbeddedQuerier(MemoryStore())
    boards = [shop, slo_board([SLO], policies_of([SLO]))]
    queries = [target["expr"] for board in boards for panel in panels(board) for target in panel["targets"]]
    assert len(queries) > 40
    for query in queries:
        querier.range(filled(query), 0, 600, 60)
