"""The steps of a lease as Lua, which Redis runs as one. KEYS: the value's, the lease's, the fence's.

An entry begins with its ``fresh_until`` as a big-endian double (cache/entry.py). Every load has a number, by
Redis' clock: of two, the one that was begun later has the higher. The lease is its holder's number, the fence
that of the latest load that was stored.
"""

from commerce_app.cache.entry import HEADER_BYTES

# No load lasts so long; afterwards nobody is late.
FENCE_SECONDS = 60

# ARGV: milliseconds, the time beyond which an entry must be fresh to be taken instead.
TAKE = f"""
local value = redis.call('get', KEYS[1])
if value and #value >= {HEADER_BYTES} and struct.unpack('>d', value) > tonumber(ARGV[2]) then
  return value
end
local time = redis.call('time')
local holder = redis.call('get', KEYS[2])
local latest = math.max(tonumber(holder or 0), tonumber(redis.call('get', KEYS[3]) or 0))
local number = string.format('%.0f', math.max(time[1] * 1000000 + time[2], latest + 1))
if holder then return {{0, number}} end
redis.call('set', KEYS[2], number, 'PX', ARGV[1])
return {{1, number}}
"""

# ARGV: number, value, milliseconds. What was stored by now, or is being loaded, may be newer.
FILL = f"""
local number = tonumber(ARGV[1])
local holder = redis.call('get', KEYS[2])
if holder == ARGV[1] then redis.call('del', KEYS[2]) end
if tonumber(redis.call('get', KEYS[3]) or 0) > number or tonumber(holder or 0) > number then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('set', KEYS[3], ARGV[1], 'EX', {FENCE_SECONDS})
return 1
"""

# ARGV: number.
RELEASE = """
if redis.call('get', KEYS[2]) == ARGV[1] then return redis.call('del', KEYS[2]) end
return 0
"""


def script_keys(key: str) -> list[str]:
    """The value's key, the lease's and the fence's, which a Redis Cluster puts into the same slot."""
    return [key, f"lease:{{{key}}}", f"fence:{{{key}}}"]
