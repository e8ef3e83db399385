"""Which providers take money here, and in which ways their customers can pay."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.payments.provider import PaymentProvider, Way
from domain.access import Viewer
from domain.market import Market
from kit.errors import Refused
from models.payments import PaymentMethod, PaymentScene

PROVIDER_OF: Mapping[PaymentMethod, str] = {
    PaymentMethod.WECHAT_PAY: "wechat",
    PaymentMethod.ALIPAY: "alipay",
    PaymentMethod.SIMULATOR: "simulator",
}
LONGEST_PAYER_ID = 128


@dataclass(frozen=True, slots=True)
class Offer:
    """A method that customers can choose, and where they can pay with it, what is usual first."""

    method: PaymentMethod
    scenes: tuple[PaymentScene, ...]


def offered(market: Market) -> list[Offer]:
    """What can be chosen now. Play money is not, where real money is taken, unless this is a demo."""
    connected = {method: market.providers[code] for method, code in PROVIDER_OF.items() if code in market.providers}
    if len(connected) > 1 and not market.policy.demo:
        connected.pop(PaymentMethod.SIMULATOR, None)
    return [Offer(method, provider.scenes) for method, provider in connected.items()]


def provider_of(market: Market, method: PaymentMethod) -> PaymentProvider:
    """Who takes this money; refuses ways to pay that nobody can choose here."""
    if method not in {offer.method for offer in offered(market)}:
        raise Refused("METHOD_NOT_OFFERED", path=("method",), method=method.value)
    return market.providers[PROVIDER_OF[method]]


def way(viewer: Viewer, method: PaymentMethod, *, scene: PaymentScene | None = None, payer_id: str = "") -> Way:
    """How this viewer is about to pay; where no scene is chosen it is the method's usual one."""
    provider = provider_of(viewer.market, method)
    if scene is not None and scene not in provider.scenes:
        raise Refused("METHOD_NOT_OFFERED", path=("scene",), method=f"{method.value} {scene.value}")
    chosen = scene or provider.scenes[0]
    if len(payer_id) > LONGEST_PAYER_ID:
        raise Refused("TOO_LONG", path=("payerId",), maximum=LONGEST_PAYER_ID)
    if chosen in provider.names_payer and not (payer_id and payer_id.isascii() and payer_id.isprintable()):
        raise Refused("INVALID_INPUT", path=("payerId",), why="the payer's id at the provider is needed here")
    return Way(chosen, payer_id=payer_id, address=viewer.address)
