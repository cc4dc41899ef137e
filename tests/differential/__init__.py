"""Random queries on random samples, ours beside the installed Prometheus 2.42.

Ours means what v3.0 means. Where the versions differ, the lines of promqltest that decide for v3 stand below.

``dialect`` knows these, and a case that differs by them alone is counted apart:

- A counter is stretched towards zero by half a spacing at most: functions.test:165-183.
- stddev and stdvar of one member that is no number are NaN: aggregators.test:689-699.
- stdvar_over_time that overflows is Inf: no line.
- label_replace and label_join fail where series that never meet get the same labels: functions.test:339.
- Numbers are durations and durations numbers: functions.test:17, 258. Names may be in quotes: no line.

These are never drawn:

- A sample on the left edge of a window, which is outside now: functions.test:8, subquery.test:47.
- atan2 without a sum around it, as 2.42 keeps the metric's name: operators.test:479.
- holt_winters is double_exponential_smoothing: functions.test:664; each engine is asked by its own name.
- Labels with a newline, which ``.`` matches now: no line.
- Sums in which great values cancel, which are exact now: aggregators.test:529-533, functions.test:797-800.
- count_values with a label that is no ASCII name: no line.

Nor are what 2.42 gets wrong and what depends on chance:

- ``count_values by (…)`` with a label that sorts before one of the others: aggregators.test:365.
- ``timestamp(x @ t offset d)``, which forgets the offset; ``predict_linear(x[5m] @ t, …)`` in range queries.
- A subquery of a constant whose window holds no step; a string in parentheses.
- sinh and cosh beyond 700, which overflow too early; atan2 of the least floats.
- Dates of what is no time; which of several equal series topk picks; rounding (``noise`` says what is).
"""
