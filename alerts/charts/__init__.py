"""Figures that several parts draw: build a ``model.Chart`` or ``BudgetBar``, give it to ``svg.render_…``.

A page includes ``svg.stylesheet()`` once. Numbers and times in text come from ``quantities``.
"""
