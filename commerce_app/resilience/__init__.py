"""Protections of a whole request: deadline, breaker, concurrency, admission, rate."""
