"""The control room, Grafana dashboards as code, and the wiring of all parts."""
