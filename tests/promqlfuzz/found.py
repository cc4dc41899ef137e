"""Queries that once did harm: a crash, a panic, a hang, an internal error. And others that look like them."""

_LARGE_CLASS = ",".join(f'job!~"\\\\pL{{{{60}}}}{n}"' for n in range(490))

FOUND = {
    # The parser panicked: caught, but with a backtrace on standard error and 50 MB of symbols.
    "range beyond the parser": "x[1e30]",
    "range of infinity": "x[Inf]",
    "offset of infinity": "x offset Inf",
    "offset of minus infinity": "x offset -Inf",
    "offset of NaN": "x offset NaN",
    "offset after a comment": "x offset # c\n -NaN",
    "step beyond the parser": "x[5m:1e308]",
    # A partly read exponent, where possessive quantifiers of Python before 3.11.5 give nothing back.
    "exponent without digits": "x[1e+]",
    "step of many digits": "(x)[5m:" + "9" * 200 + "]",
    "range of 64 bits": "x[18446744073709551616]",
    "at infinity, negated": "x @ -Inf",
    # What the parser gave did not fit a timedelta: an internal error.
    "range beyond timedelta": "x[1e19]",
    "range of 63 bits": "x[9223372036854775807]",
    "hexadecimal offset": "x offset 0x7fffffffffffffff",
    # The native stack overflowed, and took the process along.
    "chain": "+".join(["a"] * 5000),
    "parentheses": "(" * 20_000 + "a" + ")" * 20_000,
    "signs": "-" * 20_000 + "a",
    "hexadecimal range of 400 digits": "x[0x" + "f" * 400 + "]",
    # Compiling took minutes and gigabytes, and so did copying what was parsed.
    "parentheses in a chain": "or".join([" " + "(" * 60 + "a" + ")" * 60 + " "] * 480),
    "large classes": "x{" + _LARGE_CLASS + "}",
    # Our own look at it, before the parser's, took half a minute.
    "escaped quotes without an end": '"' + '\\"' * 32_000,
    "escaped single quotes without an end": "'" + "\\'" * 32_000,
    # Evaluation took minutes past the time limit.
    "smoothing": "double_exponential_smoothing((temperature)[1h:1s], 0.5, 0.5)",
    "quantiles": "quantile_over_time(0.5, (temperature)[1h:1s])",
}
SUSPECTED = (
    "x[0]", "x[0s]", "x[5m:0s]", "x[5m:0]", "x[5m:1e-9]", "x[5m:-1m]", "x[1e400s]", "x[1e400]", "x[-1]",
    "x[292y:1ms]",
    "x offset -9223372036854775808ms", "x offset 9223372036854775807ms", "x offset 18446744073709551616w",
    "x @ 1e400", "x @ NaN", "x @ 1e19", "x @ -9223372036854775808", "x @ 4.6e15 offset -292y",
    "sum_over_time(x[292y] @ 4.6e15 offset -292y)", "sum_over_time(x[292y:292y] @ -4.6e15 offset 292y)",
    "x\0", 'x{a="\0"}', '"\\ud800"', '"\\U00110000"', '"\\777"', '"\\', 'x{a="\\xff"}', "\ud800",
    'x{a="\udcff"}',
    "é", "x{é='1'}", '{"é"}', "\ufeffx", '"' + "\\x41" * 16_000 + '"', 'x{a="' + "\\\\" * 30_000 + '"}',
    "x{" + ",".join(f'a{n}="b"' for n in range(5000)) + "}", "sum by (" + ",".join(["a"] * 30_000) + ") (x)",
    'label_join(x, "a", ","' + ', "b"' * 10_000 + ")", "max_over_time(" * 45 + "x" + "[5m:1m])" * 45,
    'x{a=~"(a+)+$"}', 'x{a=~"((a{1000}){1000}){1000}"}', 'x{a=~"' + "(" * 60_000 + '"}', 'x{a=~"a)|(b"}',
    'label_replace(x, "a", "$9999999999999999999", "a", "(.*)")',
    'label_replace(up, "a", "b", "job", "((a{100}){100}){100}")',
    "topk(NaN, up)", "topk(1e300, up)", "limitk(NaN, up)", "limit_ratio(NaN, up)", "quantile(NaN, up)",
    "round(up, 0)", "predict_linear(up[5m], 1e308)", "year(vector(1e300))", "minute(vector(-Inf))",
    "timestamp(up @ 1e15)",
    'count_values("", up)', "histogram_quantile(NaN, up)", "sort_by_label(up)", "info(up, {})",
    "x + fill(0) x",
)  # fmt: skip
