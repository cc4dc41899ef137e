"""Writes the boards and Grafana's provisioning as a folder that Grafana can be pointed at."""

import json
from pathlib import Path

from collector.durations import format_duration
from collector.whole_file import write_all
from dashboards.config import FirelineConfig
from dashboards.errors import LintError
from dashboards.grafana.boards import Json
from dashboards.grafana.lint import SLO_BOARD, lint
from dashboards.grafana.provisioning import dashboards_provider, datasource
from dashboards.grafana.shop.board import shop_board
from dashboards.grafana.slos import slo_board
from dashboards.specs import load_specs


def export_dashboards(folder: Path, config: FirelineConfig, url: str) -> list[Path]:
    """Writes two boards and two provisioning files, and returns their paths.

    url: where Grafana finds the metrics, unless the configuration names a Prometheus.

    Raises:
        OutputError: for a file that cannot be written.
    """
    specs = load_specs(config)
    boards = [slo_board(specs.slos, specs.policies, config.language), shop_board()]
    _check(boards)
    source = datasource(
        config.prometheus.url if config.prometheus else url,
        format_duration(config.collector.scrape_interval_seconds),
    )
    contents = {f"dashboards/{board['uid']}.json": _json(board) for board in boards}
    contents |= {
        "provisioning/dashboards/fireline.yml": dashboards_provider(),
        "provisioning/datasources/fireline.yml": source,
    }
    texts = {folder / name: text for name, text in contents.items()}
    write_all(texts)
    return list(texts)


def _check(boards: list[Json]) -> None:
    slos, shop = boards
    findings = [*lint(slos, SLO_BOARD), *lint(shop)]
    if findings:
        raise LintError("; ".join(map(str, findings)))


def _json(board: Json) -> str:
    return json.dumps(board, indent=2, ensure_ascii=False) + "\n"
