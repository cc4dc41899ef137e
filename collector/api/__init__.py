"""Prometheus' HTTP API v1."""
