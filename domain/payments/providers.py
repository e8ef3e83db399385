"""Which provider serves which way to pay."""

from collections.abc import Mapping

from kit.errors import Refused
from models.payments import PaymentMethod

PROVIDER_OF: Mapping[PaymentMethod, str] = {PaymentMethod.SIMULATOR: "simulator"}


def provider_of(method: PaymentMethod) -> str:
    """Who takes this money; refuses ways to pay that nobody can choose here."""
    if method not in PROVIDER_OF:
        raise Refused("METHOD_NOT_OFFERED", path=("method",), method=method.value)
    return PROVIDER_OF[method]
