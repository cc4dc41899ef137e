"""Unit tests of rules, with promtool's semantics."""
