from uuid import UUID

import pytest

from domain.fulfillment.loads import Chosen, loads_of
from kit.errors import Refusals, Refused
from kit.ids import new_id
from models.inventory import Reservation
from models.orders import OrderLine

SHANGHAI, HANGZHOU, BEIJING = new_id(), new_id(), new_id()
TEA, RICE = new_id(), new_id()


def line(key: UUID, quantity: int, *, shipped: int = 0, canceled: int = 0) -> OrderLine:
    return OrderLine(id=key, position=0, quantity=quantity, shipped=shipped, canceled=canceled)


def held(place: UUID, key: UUID, quantity: int) -> Reservation:
    promise = Reservation(order_line_id=key, quantity=quantity)
    promise.warehouse_id = place  # without a database Tortoise does not know the columns of relations
    return promise


def packed(lines: list[OrderLine], promises: list[Reservation], **asked: object) -> list[tuple[UUID, dict[UUID, int]]]:
    loads = loads_of(lines, promises, **asked)  # type: ignore[arg-type]  # the arguments are named in each test
    return [(load.warehouse_id, dict(load.quantities)) for load in loads]


def test_what_is_shipped_or_canceled_is_not_open() -> None:
    promises = [held(SHANGHAI, TEA, 2)]
    assert packed([line(TEA, 5, shipped=2, canceled=1)], promises) == [(SHANGHAI, {TEA: 2})]


def test_one_warehouse_that_holds_everything_ships_everything() -> None:
    promises = [held(SHANGHAI, TEA, 1), held(HANGZHOU, TEA, 2), held(HANGZHOU, RICE, 1)]
    assert packed([line(TEA, 3, canceled=1), line(RICE, 1)], promises) == [(HANGZHOU, {TEA: 2, RICE: 1})]


def test_a_unit_is_packed_where_it_is_held_and_only_once() -> None:
    promises = [held(SHANGHAI, TEA, 5), held(HANGZHOU, TEA, 1)]
    assert packed([line(TEA, 6)], promises) == [(SHANGHAI, {TEA: 5}), (HANGZHOU, {TEA: 1})]


def test_a_line_may_come_from_three_places() -> None:
    promises = [held(SHANGHAI, TEA, 1), held(HANGZHOU, TEA, 2), held(BEIJING, TEA, 1), held(SHANGHAI, TEA, 1)]
    assert packed([line(TEA, 5)], promises) == [
        (SHANGHAI, {TEA: 2}),
        (HANGZHOU, {TEA: 2}),
        (BEIJING, {TEA: 1}),
    ]


def test_a_named_warehouse_gives_what_it_has() -> None:
    promises = [held(SHANGHAI, TEA, 3), held(HANGZHOU, TEA, 1), held(HANGZHOU, RICE, 1)]
    lines = [line(TEA, 4), line(RICE, 1)]
    assert packed(lines, promises, warehouse_id=HANGZHOU) == [(HANGZHOU, {TEA: 1, RICE: 1})]


def test_a_named_warehouse_gives_no_more_than_it_has() -> None:
    promises = [held(SHANGHAI, TEA, 3), held(HANGZHOU, TEA, 1)]
    with pytest.raises(Refused) as refused:
        packed([line(TEA, 4)], promises, warehouse_id=HANGZHOU, chosen=(Chosen(TEA, 2),))
    assert (refused.value.code, refused.value.facts) == ("NOT_RESERVED", {"requested": 2, "held": 1})


def test_every_line_that_is_short_is_told() -> None:
    with pytest.raises(Refusals) as refused:
        packed([line(TEA, 2), line(RICE, 1)], [held(SHANGHAI, TEA, 1)], chosen=(Chosen(TEA, 2), Chosen(RICE, 1)))
    assert [(one.code, one.path) for one in refused.value.refusals] == [
        ("NOT_RESERVED", ("lines", "0")),
        ("NOT_RESERVED", ("lines", "1")),
    ]


def test_what_is_missing_stays_behind_unless_it_is_asked_for() -> None:
    assert packed([line(TEA, 2), line(RICE, 1)], [held(SHANGHAI, TEA, 1)]) == [(SHANGHAI, {TEA: 1})]


def test_nothing_is_packed_while_nothing_is_there() -> None:
    with pytest.raises(Refused) as refused:
        packed([line(TEA, 2)], [])
    assert refused.value.code == "NOTHING_IS_THERE"
