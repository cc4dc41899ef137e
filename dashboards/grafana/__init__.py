"""Grafana dashboards made from the SLO files."""
