import pytest

from commerce_app.errors import DependencyError
from commerce_app.switchboard import Switchboard
from commerce_app.switches import Flip, Switch, Switches
from tests.commerce_app.test_admin import IndexInMemory


@pytest.fixture
def index():
    return IndexInMemory()


@pytest.fixture
def switches():
    return Switches([Switch.PRODUCT_INDEXES])


@pytest.fixture
def board(switches, index):
    return Switchboard(switches, index)


async def test_the_database_knows_better_than_the_process(board, index):
    assert (await board.states())["product_indexes"] is False
    index.there = True
    assert (await board.states())["product_indexes"] is True


async def test_a_change_of_the_database_is_a_flip_whatever_was_thought_of_it(board):
    wanted = {Switch.PRODUCT_INDEXES: True, Switch.LOCAL_TIER: True}
    assert await board.flip(wanted) == [Flip(Switch.LOCAL_TIER, True), Flip(Switch.PRODUCT_INDEXES, True)]
    assert await board.flip(wanted) == []


async def test_what_was_so_already_is_no_flip_even_if_it_was_not_known(board, switches):
    assert await board.flip({Switch.PRODUCT_INDEXES: False}) == []
    assert not switches.on(Switch.PRODUCT_INDEXES)


async def test_a_failing_database_leaves_every_switch_as_it_was(board, index, switches):
    index.failure = DependencyError("gone")
    with pytest.raises(DependencyError):
        await board.flip({Switch.LOCAL_TIER: True, Switch.PRODUCT_INDEXES: False})
    assert (switches.on(Switch.LOCAL_TIER), switches.on(Switch.PRODUCT_INDEXES)) == (False, True)
    assert (await board.states())["product_indexes"] is None


async def test_switches_of_the_process_do_not_need_the_database(board, index):
    index.failure = DependencyError("gone")
    assert await board.flip({Switch.LOCAL_TIER: True}) == [Flip(Switch.LOCAL_TIER, True)]
