"""Incident timelines and reports from recorded evidence only."""
