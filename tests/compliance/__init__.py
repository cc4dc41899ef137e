"""Asks the queries of the PromQL compliance suite of the installed Prometheus and of our collector."""
