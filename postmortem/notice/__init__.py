"""Drafts of what customers are written, and of what support tells them, from the facts of a report."""
