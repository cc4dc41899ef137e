"""Groups evaluated side by side answer as they do one by one."""

import math
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import parse_groups
from collector.series import STALE_NAN
from tests.collector.numbered import NumberedMemory

OWN = '{g="<g>"}'
EXPRESSIONS = [
    f"sum(increase(m_total{OWN}[5m]))",
    f"clamp_min(sum(increase(m_total{OWN}[2m])) or sum(increase(n{OWN}[5m])) * 0, 0)",
    f"rate(m_total{OWN}[3m])",
    f"m_total{OWN} > 2",
    f"m_total{OWN} / ignoring (i) m_total{OWN}",
    f"m_total{OWN} * on (i) group_left (k) n{OWN}",
    f"m_total{OWN} + on (g) n{OWN}",
    f"sum by (i) (m_total{OWN}) / on () group_left () sum(n{OWN})",
    f"sum without (i) (m_total{OWN}) - n{OWN}",
    f"min_over_time(timestamp(sum(m_total{OWN}))[4m:1m])",
    f"(time() - (min_over_time(timestamp(count(m_total{OWN}))[3m:1m]) or timestamp(sum(n{OWN})))) / 60",
    f"avg_over_time(m_total{OWN}[3m]) > bool 2",
    f"absent(n{OWN})",
    f"absent(a:x{OWN} > 3)",
    f"sum(m_total{OWN}) or vector(0)",
    f"n{OWN} or on () vector(time())",
    "vector(0.5)",
    "vector(<number>)",
    "time()",
    "hour()",
    f"topk(1, m_total{OWN})",
    f'label_replace(m_total{OWN}, "i", "z", "i", ".*")',
    f"scalar(n{OWN}) + vector(1)",
    f"m_total{OWN} offset 1m",
    f"m_total{OWN} @ end()",
    'm_total{g="<g>",i!="a"} unless on (i) n{g="<g>",i="b"}',
    'count by (i) (m_total{g=~"<g>|none"})',
    '{__name__=~"a:.",g="<g>"} and on () vector(1)',
    'count({__name__=~"a:.",g="<g>"})',
    f"quantile(0.5, m_total{OWN})",
    f"histogram_quantile(0.5, h_bucket{OWN})",
    f"-n{OWN}",
    f"stddev by (g) (m_total{OWN})",
    f"max(m_total{OWN}) > <number>",
    f"a:x{OWN} * 2",
    f"a:y{OWN} / (a:x{OWN} > 0)",
    f"sum(a:x{OWN}) + count(a:y{OWN})",
    f'count_values by (g) ("v", n{OWN})',
    f"ALERTS{OWN}",
    f"sum by (alertstate) (ALERTS_FOR_STATE{OWN}) / 60",
    'm_total{g="<g>",absent=""} == 1',
    f"predict_linear(n{OWN}[5m], 60)",
    f"changes(m_total{OWN}[5m]) + resets(m_total{OWN}[5m])",
    'shared{other="1"} * 2',
]
TEXTS = [
    "{{ $value }} of {{ $labels.i }}",
    '{{ with query `sum(a:x{g="<g>"})` }}{{ . | first | value }}{{ else }}?{{ end }}',
]


@st.composite
def rules(draw):
    """One rule, with <g> for the name of its group and <number> for what may differ."""
    expr = draw(st.sampled_from(EXPRESSIONS))
    if draw(st.booleans()):
        return {"record": draw(st.sampled_from(["a:x", "a:y"])), "expr": expr}
    return {
        "alert": draw(st.sampled_from(["A", "B"])),
        "expr": expr,
        "for": draw(st.sampled_from(["0s", "1m", "2m"])),
        "keep_firing_for": draw(st.sampled_from(["0s", "2m"])),
        "labels": {"l": draw(st.sampled_from(["x", "{{ $labels.i }}"]))},
        "annotations": {"a": draw(st.sampled_from(TEXTS))},
    }


@st.composite
def groups(draw):
    """Some groups, mostly of the same rules."""
    alike = draw(st.lists(rules(), min_size=1, max_size=6))
    found = []
    for number in range(draw(st.integers(2, 4))):
        own = draw(st.lists(rules(), max_size=3)) if draw(st.integers(0, 3)) == 0 else alike
        name, threshold = f"g{number}", draw(st.sampled_from(["1", "4"]))
        filled = [_filled(rule, name, threshold) for rule in own]
        offset, limit = draw(st.sampled_from(["0s", "0s", "30s"])), draw(st.sampled_from([0, 0, 1]))
        group = {"name": name, "interval": "1m", "rules": filled, "labels": {"g": name}}
        found.append({**group, "query_offset": offset, "limit": limit})
    return parse_groups({"groups": found})


def _filled(value, group, number):
    if isinstance(value, dict):
        return {key: _filled(one, group, number) for key, one in value.items()}
    return value.replace("<g>", group).replace("<number>", number)


VALUES = st.one_of(st.integers(0, 9), st.sampled_from([math.nan, STALE_NAN, math.inf, -1, 0.5]))
SERIES = st.builds(
    lambda name, group, more: Labels({"__name__": name, "g": f"g{group}", **more}),
    st.sampled_from(["m_total", "n", "h_bucket"]),
    st.integers(0, 3),
    st.sampled_from([{"i": "a", "le": "1"}, {"i": "b", "le": "+Inf", "k": "v"}, {"le": "+Inf"}]),
)
SAMPLES = st.lists(st.tuples(SERIES, st.lists(st.one_of(st.none(), VALUES), max_size=14)), max_size=12)


class World:
    def __init__(self, some):
        self.store = NumberedMemory()
        self.engine = RuleEngine(
            some, EmbeddedQuerier(self.store), MemoryAppender(self.store), restoring=True
        )

    def told(self, evaluations):
        """All that evaluations did and left behind, with NaNs that equal each other."""
        return [_told(one) for one in evaluations], [_of_group(one) for one in self.engine.statuses]

    def kept(self):
        return {
            labels: {at: _bits(v) for at, v in held.items()} for labels, held in self.store.samples.items()
        }


def _told(one):
    changes = sorted((t.rule, str(t.labels), t.reason, t.at, _bits(t.value)) for t in one.transitions)
    return one.group, one.at, one.samples, changes, dict(one.failures), one.unkept


def _of_group(group):
    rules = [(rule.written, rule.last_error, rule.evaluated_at, _alerts(rule)) for rule in group.rules]
    return group.evaluated_at, group.evaluations, group.missed, group.failures, rules


def _alerts(rule):
    return {str(labels): repr(alert) for labels, alert in rule.alerts.items()}


def _bits(value):
    return struct.pack("<d", value)


@given(groups(), SAMPLES)
@settings(max_examples=60, deadline=None)
def test_groups_answer_side_by_side_as_they_do_one_by_one(some, samples):
    apart, together = World(some), World(some)
    for turn in range(7):
        at = 60 * (turn + 1)
        for world in (apart, together):
            for labels, values in samples:
                for half in (0, 1):
                    if 2 * turn + half < len(values) and (value := values[2 * turn + half]) is not None:
                        world.store.append(labels, 1000 * (at - 45 + 30 * half), float(value))
            world.store.append(Labels({"__name__": "shared", "other": "1"}), 1000 * at, turn)
        one_by_one = [apart.engine.evaluate(group, at) for group in some]
        assert together.told(together.engine.evaluate_many(some, at, "all")) == apart.told(one_by_one)
        assert together.kept() == apart.kept()
