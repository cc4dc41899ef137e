"""Values of labels that are there from the first scrape, before anything happened."""

CACHES = ("product", "extras", "popular", "catalogue", "ranking", "together", "orders")
LEASE_OUTCOMES = ("won", "filled", "held", "impatient", "unavailable")
BACKGROUND = ("replication", "popular", "prewarm", "forgetting", "sweeper", "relay", "expiry", "indexes")
WORK = ("orders", "pages", "extras")
POOLS = ("primary", "replica", "background", "redis")
OPERATION_ERRORS = ("", "timeout", "connection", "other")
REDIS_ERRORS = ("timeout", "connection", "pool_exhausted", "other")
TIER_RESULTS = (
    ("local", "hit"),
    ("local", "stale"),
    ("redis", "hit"),
    ("redis", "stale"),
    ("origin", "miss"),
    ("origin", "error"),
    ("origin", "bypass"),
)
OPERATIONS = (
    ("redis", "GET", "redis"),
    ("redis", "SET", "redis"),
    ("redis", "EVALSHA", "redis"),
    ("redis", "DEL", "redis"),
    ("postgresql", "SELECT", "replica"),
    ("postgresql", "SELECT", "primary"),
    ("postgresql", "INSERT", "primary"),
    ("postgresql", "UPDATE", "primary"),
    ("postgresql", "DELETE", "primary"),
    # Several changes in one statement.
    ("postgresql", "WITH", "primary"),
)
