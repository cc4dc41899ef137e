from collections import Counter
from itertools import pairwise

from collector.rules.files import RecordingRule, RuleGroup
from collector.rules.slices import BIG_RULES, PARTS, slices_of

RULE = RecordingRule("a:b", "up")


def group(number, interval=15.0, rules=1):
    return RuleGroup(f"g{number}", interval, (RULE,) * rules, "f.yml")


def test_many_groups_are_evaluated_in_parts_of_like_size():
    slices = slices_of(group(number) for number in range(400))
    assert len(slices) == PARTS
    assert all(70 < len(each.groups) < 130 for each in slices)
    offsets = sorted(each.offset_seconds for each in slices)
    assert {round(later - earlier, 6) for earlier, later in pairwise(offsets)} == {3.75}
    assert 0 <= offsets[0] < offsets[-1] < 15


def test_a_group_stays_where_it_is_while_others_come():
    def parts(groups):
        return {
            one.key: (each.name, each.offset_seconds) for each in slices_of(groups) for one in each.groups
        }

    few = parts(group(number) for number in range(5))
    many = parts(group(number) for number in range(50))
    assert few.items() <= many.items()


def test_groups_of_other_intervals_and_big_ones_are_apart():
    slices = slices_of([group(0), group(1, 60.0), *(group(n, rules=BIG_RULES + 1) for n in (2, 3))])
    assert Counter(len(each.groups) for each in slices) == {1: 4}
    assert len({each.name for each in slices}) == 4
