"""How a refund is taken from payments: share by share, the oldest payment first, each cent once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.orders import OrderLine


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a refund, in minor units: units of a line, or shipping, or neither when a whole payment goes back."""

    amount: int
    line: OrderLine | None = None
    quantity: int = 0
    is_shipping: bool = False


def allocate(shares: Sequence[Share], rests: Sequence[int]) -> list[list[Share]]:
    """For each payment the shares that come out of what rests of it. A share that spans two payments is cut.

    The units of a cut share are counted with its first part. ValueError when the payments do not hold enough.
    """
    portions: list[list[Share]] = [[] for _ in rests]
    left, current = list(rests), 0
    for share in shares:
        open_amount, quantity = share.amount, share.quantity
        while open_amount > 0 or quantity > 0:
            while current < len(left) and left[current] == 0 and open_amount > 0:
                current += 1
            if current >= len(left):
                raise ValueError("more is to be given back than these payments hold")
            part = min(open_amount, left[current])
            portions[current].append(replace(share, amount=part, quantity=quantity))
            left[current] -= part
            open_amount, quantity = open_amount - part, 0
    return portions
