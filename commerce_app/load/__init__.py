"""Customers for the shop: k6 scripts, and the command that runs those that stand alone."""
