"""Runs Prometheus' own PromQL test scripts against the embedded engine."""
