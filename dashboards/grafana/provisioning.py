"""The two files by which Grafana finds the boards and the data source when it starts."""

from typing import Any

import yaml

DASHBOARDS_PATH = "/etc/grafana/fireline"


def dashboards_provider() -> str:
    """Loads every board of a folder; mount ``dashboards/`` there, or change the path."""
    provider = {
        "name": "fireline",
        "folder": "Fireline",
        "type": "file",
        "allowUiUpdates": False,
        "options": {"path": DASHBOARDS_PATH},
    }
    return _yaml({"apiVersion": 1, "providers": [provider]})


def datasource(url: str, scrape_interval: str) -> str:
    """scrape_interval: what Grafana makes ``$__rate_interval`` from (four times it, at least)."""
    source = {
        "name": "Fireline",
        "type": "prometheus",
        "access": "proxy",
        "url": url,
        "isDefault": True,
        "jsonData": {"httpMethod": "POST", "prometheusType": "Prometheus", "timeInterval": scrape_interval},
    }
    return _yaml({"apiVersion": 1, "datasources": [source]})


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
