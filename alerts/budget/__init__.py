"""How budgets stand: counts, accounts, forecasts, and whether they let a deploy pass."""
