"""Figures that several parts draw: one model, one renderer for each medium."""
