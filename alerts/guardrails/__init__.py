"""Signals to keep within limits: their files, alerts and tests."""
