from hypothesis import given
from hypothesis import strategies as st

from commerce_app.resilience.gate import ALIKE, PRIORITIES, Gate, Share, Work


def test_every_class_has_room_even_under_the_smallest_limit():
    for work in Work:
        assert Gate().enter(work, PRIORITIES[work], limit=1)


def test_alike_nobody_waits():
    gate = Gate()
    assert gate.enter(Work.EXTRAS, ALIKE[Work.EXTRAS], limit=1)
    assert not gate.enter(Work.ORDERS, ALIKE[Work.ORDERS], limit=1)
    assert not gate.wait(Work.ORDERS, ALIKE[Work.ORDERS], "order")


def test_nobody_overtakes_his_own_class():
    gate, share = Gate(), Share(queued=1)
    assert gate.enter(Work.PAGES, share, limit=1)
    assert gate.wait(Work.PAGES, share, "first")
    assert not gate.enter(Work.PAGES, share, limit=2)


def test_ahead_counts_who_is_inside_and_who_goes_first():
    gate, share = Gate(), Share(queued=9)
    gate.enter(Work.PAGES, share, limit=1)
    for work in Work:
        gate.wait(work, share, work)
    assert [gate.ahead(work) for work in Work] == [2, 3, 4]


EVENTS = st.lists(st.tuples(st.sampled_from(["come", "leave", "give up"]), st.sampled_from(list(Work))))


@given(EVENTS, st.integers(1, 10), st.lists(st.floats(1, 20), min_size=1))
def test_the_gate_keeps_its_bounds_and_loses_nobody(events, queued, limits):
    """Limits come and go; who came is inside, waits, was turned away, gave up or has left."""
    shares = {
        work: Share(of_limit=share, queued=queued) for work, share in zip(Work, (1, 0.8, 0.5), strict=True)
    }
    gate, inside, waiting = Gate(), 0, {work: [] for work in Work}
    for number, (event, work) in enumerate(events):
        limit = limits[number % len(limits)]
        if event == "come":
            if gate.enter(work, shares[work], limit):
                inside += 1
                assert inside <= max(1, limit)
            elif gate.wait(work, shares[work], number):
                waiting[work].append(number)
        elif event == "give up" and waiting[work]:
            gate.give_up(work, waiting[work].pop())
        elif event == "leave" and inside:
            admitted = gate.leave(shares, limit)
            inside += len(admitted) - 1
            served = [number for each in Work for number in waiting[each] if number in admitted]
            assert served == admitted
            waiting = {each: [number for number in waiting[each] if number not in admitted] for each in Work}
            assert not waiting[Work.ORDERS] or inside + 1 > limit
        assert gate.in_flight == inside
        assert {each: gate.waiting(each) for each in Work} == {each: len(waiting[each]) for each in Work}
        assert max(map(len, waiting.values())) <= queued


def served_under_a_banner(shares, ticks=3000):
    """Shares of each class served: 10 places of 10 ticks each, offered three times what they carry.

    Of each 10 requests 1 is an order, 1 a list and 8 are pages; whoever waits is patient.
    """
    gate, ends, waits = Gate(), [], {}
    offered, served = dict.fromkeys(Work, 0), dict.fromkeys(Work, 0)
    kinds = [Work.ORDERS, Work.EXTRAS, *[Work.PAGES] * 8]
    for tick in range(ticks):
        for _ in range(ends.count(tick)):
            for ticket in gate.leave(shares, limit=10):
                served[waits.pop(ticket)] += 1
                ends.append(tick + 10)
        for number in range(3 * tick, 3 * tick + 3):
            work = kinds[number % 10]
            offered[work] += 1
            if gate.enter(work, shares[work], limit=10):
                served[work] += 1
                ends.append(tick + 10)
            elif gate.wait(work, shares[work], number):
                waits[number] = work
    return {work: served[work] / offered[work] for work in Work}


def test_under_a_banner_orders_are_served_and_pages_are_shed():
    assert served_under_a_banner(PRIORITIES)[Work.ORDERS] >= 0.95
    assert served_under_a_banner(PRIORITIES)[Work.PAGES] < 0.5
    assert served_under_a_banner(ALIKE)[Work.ORDERS] < 0.5
