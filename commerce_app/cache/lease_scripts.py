"""The steps of a lease as Lua, which Redis runs as one. KEYS: the value's, the lease's; ARGV[1]: the token.

An entry begins with its ``fresh_until`` as a big-endian double (cache/entry.py).
"""

# ARGV: token, milliseconds, the time beyond which an entry must be fresh to be taken instead.
TAKE = """
local value = redis.call('get', KEYS[1])
if value and #value >= 8 and struct.unpack('>d', value) > tonumber(ARGV[3]) then return value end
if redis.call('set', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""

# ARGV: token, value, milliseconds. Whoever holds the lease by now loads something newer.
FILL = """
local holder = redis.call('get', KEYS[2])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('del', KEYS[2])
return 1
"""

RELEASE = """
if redis.call('get', KEYS[2]) == ARGV[1] then return redis.call('del', KEYS[2]) end
return 0
"""


def script_keys(key: str) -> list[str]:
    """The value's key and the lease's, which a Redis Cluster puts into the same slot."""
    return [key, f"lease:{{{key}}}"]
