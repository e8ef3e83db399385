"""A bench for each payment provider: what the contract needs to have happen at it, however that is done there."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from adapters.payments.alipay.provider import Alipay
from adapters.payments.alipay.wire import Wire as AlipayWire
from adapters.payments.alipay.wire import keys as alipay_keys
from adapters.payments.provider import PaymentProvider
from adapters.payments.simulator import Outcome, PaymentSimulator
from adapters.payments.wechat.keys import PlatformKey
from adapters.payments.wechat.keys import merchant as wechat_merchant
from adapters.payments.wechat.provider import WechatPay
from adapters.payments.wechat.wire import Wire as WechatWire
from adapters.signatures import signed_headers
from kit import clock
from models.payments import PaymentMethod, SimulatedCharge, SimulatedNotice
from tests.factories.payments import SECRET
from tests.payments.providers import alipay_server, wechat_server
from tests.payments.providers.lines import ANSWER_SECONDS, Line, key_named, private_pem, public_pem

Told = tuple[bytes, Mapping[str, str]]


class Bench(Protocol):
    """A provider and the means to have things happen at it. `stale` is how old a callback is not believed."""

    provider: PaymentProvider
    method: PaymentMethod
    stale: timedelta

    async def pay(self, number: str) -> None:
        """Let the customer pay the charge with our number."""

    async def told(self, number: str, *, ago: timedelta = timedelta(0), signed: bool = True) -> Told:
        """What the provider posts about that, signed by it or by somebody else, perhaps long ago."""

    def disturb(self, **how: int) -> bool:
        """Spoil so many calls: `cut`, `deaf`, `hang`, `broken`, `busy`, `garbled`, `forged`. False without a line."""


class SimulatorBench:
    """The provider of our own making, which has no line: it runs in the same process."""

    method = PaymentMethod.SIMULATOR
    stale = timedelta(minutes=6)

    def __init__(self, simulator: PaymentSimulator) -> None:
        self.provider: PaymentProvider = simulator
        self._simulator = simulator

    async def pay(self, number: str) -> None:
        charge = await SimulatedCharge.get(request_key=number)
        await self._simulator.pay(charge.reference, Outcome.SUCCEED)

    async def told(self, number: str, *, ago: timedelta = timedelta(0), signed: bool = True) -> Told:
        charge = await SimulatedCharge.get(request_key=number)
        body = (await SimulatedNotice.filter(charge_reference=charge.reference).get()).body.encode()
        secret = SECRET if signed else "somebody else's"
        return body, signed_headers(body, secret=secret, now=clock.machine() - ago)

    def disturb(self, **how: int) -> bool:
        return False


class RealBench:
    """A real provider whose server is on this machine."""

    server: Any
    line: Line

    def disturb(self, **how: int) -> bool:
        for name in ("cut", "deaf"):
            setattr(self.line, name, how.get(name, 0))
        for name in ("hang", "broken", "busy", "garbled", "forged"):
            setattr(self.server, name, how.get(name, 0))
        return True


class WechatBench(RealBench):
    """WeChat Pay by certificates, or by a public key that was set by hand."""

    method = PaymentMethod.WECHAT_PAY
    stale = timedelta(minutes=6)

    def __init__(self, *, by_public_key: bool = False) -> None:
        self.server = wechat_server.WechatServer(answers_by_public_key=by_public_key)
        self.line = Line(self.server.app())
        known = PlatformKey(key_named("wechat public key").public_key())
        self.wire = WechatWire(
            wechat_merchant(
                number=wechat_server.NUMBER,
                app_id=wechat_server.APP_ID,
                api_key=wechat_server.API_KEY,
                serial=wechat_server.SERIAL,
                private_key=private_pem("wechat merchant"),
            ),
            url="https://wechat.test/",
            seconds=ANSWER_SECONDS,
            platform={wechat_server.PUBLIC_KEY_ID: known} if by_public_key else None,
            transport=self.line,
        )
        self.provider: PaymentProvider = WechatPay(self.wire)

    async def pay(self, number: str) -> None:
        self.server.pay(number)

    async def told(self, number: str, *, ago: timedelta = timedelta(0), signed: bool = True) -> Told:
        told: Told = self.server.callback(number, ago=ago, signer="" if signed else "somebody else")
        return told[0], _lower(told[1])


class AlipayBench(RealBench):
    """Alipay with the keys of an app."""

    method = PaymentMethod.ALIPAY
    stale = timedelta(hours=27)

    def __init__(self) -> None:
        self.server = alipay_server.AlipayServer()
        self.line = Line(self.server.app())
        keys = alipay_keys(
            app_id=alipay_server.APP_ID,
            private_key=private_pem("alipay merchant"),
            public_key=public_pem("alipay"),
            seller_id=alipay_server.SELLER,
        )
        wire = AlipayWire(keys, url=alipay_server.GATEWAY, seconds=ANSWER_SECONDS, transport=self.line)
        self.provider: PaymentProvider = Alipay(wire)

    async def pay(self, number: str) -> None:
        self.server.pay(number)

    async def told(self, number: str, *, ago: timedelta = timedelta(0), signed: bool = True) -> Told:
        told: Told = self.server.notice(number, ago=ago, signer="alipay" if signed else "somebody else")
        return told


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
