"""PromQL on numpy: every step of a range query at once."""
