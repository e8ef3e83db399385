"""How a refund is taken from several payments."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payments.shares import Share, allocate
from models.orders import OrderLine


def line() -> OrderLine:
    return OrderLine(id=uuid4())


def test_the_oldest_payment_gives_first() -> None:
    shares = [Share(amount=70, line=line(), quantity=2), Share(amount=20, is_shipping=True)]
    assert [[part.amount for part in portion] for portion in allocate(shares, [50, 100])] == [[50], [20, 20]]


def test_the_units_of_a_cut_share_are_counted_once() -> None:
    one = line()
    first, second = allocate([Share(amount=70, line=one, quantity=2)], [50, 20])
    assert [(part.line, part.quantity) for part in first] == [(one, 2)]
    assert [(part.line, part.quantity) for part in second] == [(one, 0)]


def test_units_that_cost_nothing_are_kept_beside_those_that_do() -> None:
    free, paid = Share(amount=0, line=line(), quantity=1), Share(amount=10, line=line(), quantity=1)
    assert allocate([free, paid], [10, 5]) == [[free, paid], []]
    assert allocate([paid, free], [10, 5]) == [[paid, free], []]


def test_more_than_there_is_cannot_be_given() -> None:
    with pytest.raises(ValueError, match="more is to be given back"):
        allocate([Share(amount=11)], [5, 5])


@given(st.lists(st.integers(0, 500), max_size=8), st.lists(st.integers(1, 500), min_size=1, max_size=5))
def test_every_cent_is_given_once_and_no_payment_gives_more_than_it_holds(amounts: list[int], rests: list[int]) -> None:
    shares = [Share(amount=amount, line=line(), quantity=1) for amount in amounts]
    if sum(amounts) > sum(rests):
        with pytest.raises(ValueError, match="more is to be given back"):
            allocate(shares, rests)
        return
    portions = allocate(shares, rests)
    given_back = [sum(part.amount for part in portion) for portion in portions]
    assert sum(given_back) == sum(amounts)
    assert all(given <= rest for given, rest in zip(given_back, rests, strict=True))
    assert sum(part.quantity for portion in portions for part in portion) == len(shares)
    full = [given == rest for given, rest in zip(given_back, rests, strict=True)]
    touched = [given > 0 for given in given_back]
    assert all(full[:index] == [True] * index for index, some in enumerate(touched) if some)
