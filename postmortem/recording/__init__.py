"""Signals and SLIs over a stretch of time, kept small: what causes are ranked from."""
