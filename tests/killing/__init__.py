"""Kills the collector at random moments under load and looks for what it had promised to keep."""
