"""How a refund is taken from payments: share by share, the oldest payment first, each cent once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.orders import OrderLine


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a refund, in minor units: units of a line, or shipping, or goodwill, or a whole payment."""

    amount: int
    line: OrderLine | None = None
    quantity: int = 0
    is_shipping: bool = False
    is_goodwill: bool = False


def within(shares: Sequence[Share], rest: int, *, goodwill: int) -> list[Share]:
    """These shares cut to the `rest` of the money where goodwill was given out of it before, the last share first.

    What was given as goodwill is not given a second time; a sum that is too large for any other reason stays so.
    """
    over = min(sum(share.amount for share in shares) - rest, goodwill)
    kept = list(shares)
    for place in reversed(range(len(kept))):
        cut = min(max(over, 0), kept[place].amount)
        kept[place] = replace(kept[place], amount=kept[place].amount - cut)
        over -= cut
    return kept


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
