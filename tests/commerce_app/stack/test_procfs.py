from hypothesis import given
from hypothesis import strategies as st

from commerce_app.stack.procfs import ProcessStat, parse_node_cpu, parse_stat, usage_of_tree

TAIL = [0] * 10 + [250, 50, 100, 20, 20, 0, 1, 0, 99, 1_000_000, 3]


def test_reads_a_name_with_blanks_and_parentheses():
    line = f"42 (post) gres: (x) S 7 {' '.join(map(str, TAIL[1:]))} 0 0"
    stat = parse_stat(line)
    assert (stat.pid, stat.parent) == (42, 7)
    assert (stat.user_seconds, stat.system_seconds) == (3.5, 0.7)
    assert stat.resident_bytes == 3 * 4096


def process(pid: int, parent: int) -> ProcessStat:
    return ProcessStat(pid, parent, user_seconds=1.0, system_seconds=0.5, resident_bytes=10)


def test_counts_the_whole_tree_and_nothing_else():
    usage = usage_of_tree(2, [process(1, 0), process(2, 1), process(3, 2), process(4, 3), process(5, 1)])
    assert (usage.processes, usage.user_seconds, usage.system_seconds, usage.resident_bytes) == (
        3,
        3.0,
        1.5,
        30,
    )


def test_a_dead_root_has_no_usage():
    assert usage_of_tree(9, [process(1, 0)]).processes == 0


@given(st.lists(st.integers(min_value=0, max_value=5), max_size=20))
def test_disjoint_trees_add_up_to_all(parents):
    roots = [process(100 + n, 1) for n in range(6)]
    rest = [process(200 + i, 100 + parent) for i, parent in enumerate(parents)]
    everything = [*roots, *rest]
    assert sum(usage_of_tree(root.pid, everything).processes for root in roots) == len(everything)


def test_reads_what_the_machine_did():
    cpu = parse_node_cpu("cpu  100 200 300 400 0 0 0 800 9 9\ncpu0 1 2 3\n")
    assert (cpu["user"], cpu["idle"], cpu["steal"]) == (1.0, 4.0, 8.0)
