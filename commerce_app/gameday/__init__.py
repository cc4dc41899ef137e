"""Drills as game days: regularly, on a stack that is not production, each with a report."""
