import pytest

from collector.api.bodies import BodyRoom, NoRoomError


def test_beyond_its_own_room_a_body_takes_from_what_all_share():
    room = BodyRoom(shared_bytes=10, own_bytes=4)
    with room.body() as first, room.body() as second, room.body() as third:
        first(10)
        second(8)
        third(4)
        with pytest.raises(NoRoomError):
            third(5)


def test_what_a_body_took_is_given_back_after_a_refusal_too():
    room = BodyRoom(shared_bytes=10, own_bytes=0)
    for _ in range(3):
        with room.body() as grow:
            grow(7)
            with pytest.raises(NoRoomError):
                grow(11)
    with room.body() as grow:
        grow(10)
