"""Every kind of timer and who does its work."""

from collections.abc import Mapping

from jobs import (
    aftersales,
    catalog,
    delivery,
    fulfillment,
    intake,
    inventory,
    notifications,
    orders,
    payments,
    reviews,
    service,
    sweeps,
)
from jobs.runner import Handler


def _merged(*areas: Mapping[str, Handler]) -> dict[str, Handler]:
    handlers: dict[str, Handler] = {}
    for area in areas:
        twice = handlers.keys() & area.keys()
        if twice:
            raise RuntimeError(f"two handlers for {sorted(twice)}")
        handlers |= area
    return handlers


HANDLERS = _merged(
    sweeps.HANDLERS,
    catalog.HANDLERS,
    inventory.HANDLERS,
    orders.HANDLERS,
    reviews.HANDLERS,
    intake.HANDLERS,
    payments.HANDLERS,
    fulfillment.HANDLERS,
    aftersales.HANDLERS,
    service.HANDLERS,
    delivery.HANDLERS,
    notifications.HANDLERS,
)
