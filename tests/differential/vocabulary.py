"""What the generated queries are made of: names and numbers that fit the random series."""

METRICS = (
    *("requests_total",) * 6,
    *("temperature",) * 4,
    *("load",) * 4,
    *("up",) * 2,
    *("limit",) * 2,
    "latency_bucket",
    "build_info",
    "lonely",
    "wild",
    "wild_once",
    "absent_metric",
)
MATCHERS = (
    'job="api"',
    'job!="api"',
    'job=~"api|web"',
    'job=~"a.*"',
    'instance=~".*:1"',
    'instance!~"a.+"',
    'instance="a:1"',
    'missing=""',
    'missing!="x"',
    'missing=~".+"',
)
OWN_MATCHERS = {
    "requests_total": ('code="500"', 'code=~"4..|5.."', 'code!~"5.+"', 'code!=""'),
    "load": ('zone="eu"', 'zone=~"eu|"', 'shard=~"1?[02468]"', 'shard!="3"'),
    "latency_bucket": ('le=~"0.*"', 'le!="+Inf"', 'le="1"'),
    "build_info": ('version=~"1.*"', 'version!="2.0"'),
}
NAME_MATCHERS = (
    '{__name__=~"temperature|load"}',
    '{__name__="up"}',
    '{__name__=~"l.*",job="api"}',
    '{job="web",instance="c:1"}',
    '{__name__=~"requests.*|limit",instance=~"a:."}',
)
LABELS = ("job", "instance", "code", "zone", "shard", "le", "version", "missing")
NUMBERS = ("0", "1", "2", "3", "0.5", "-1", "10", "100", "0.25", "1e3", "0x1F", "-7.5", ".5")
STRANGE_NUMBERS = ("NaN", "Inf", "-Inf", "1e308", "1e-300", "-0")
QUANTILES = ("0", "0.1", "0.5", "0.9", "0.99", "1", "-0.1", "1.5", "NaN")
ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
SETS = ("and", "or", "unless")
AGGREGATIONS = ("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar")
ROLLUPS = (
    *("rate", "increase", "delta", "irate", "idelta", "changes", "resets", "deriv"),
    *("avg_over_time", "sum_over_time", "min_over_time", "max_over_time", "count_over_time"),
    *("last_over_time", "present_over_time", "stddev_over_time", "stdvar_over_time", "absent_over_time"),
)
EXACT_ROLLUPS = ("changes", "resets", "min_over_time", "max_over_time", "count_over_time", "last_over_time")
MATHS = (
    *("abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "round", "deg", "rad"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)
DATES = (
    *("day_of_month", "day_of_week", "day_of_year", "days_in_month"),
    *("hour", "minute", "month", "year"),
)
RANGES = ("15s", "45s", "1m", "2m", "3m30s", "5m", "5m", "10m", "25m", "1h")
OFFSETS = ("10s", "1m", "7m", "-30s", "-2m", "20m")
SUBQUERY_STEPS = ("", "10s", "15s", "30s", "1m", "1m7s", "5m")
REPLACEMENTS = (
    '"target", "$1-x", "instance", "(.*):1"',
    '"job", "${1}", "instance", "(.).*"',
    '"instance", "", "job", "web"',
    '"target", "$2$1", "code", "(.)(.*)"',
    '"target", "whole", "missing", ""',
    '"__name__", "renamed_$1", "job", "(.*)"',
    '"code", "$0", "code", "5.."',
    '"bad-name", "x", "job", ".*"',
    '"target", "x", "job", "(unclosed"',
)
JOINS = (
    '"target", "-", "job", "instance"',
    '"target", "", "zone", "missing", "code"',
    '"instance", "/", "job"',
    '"job", ","',
)
