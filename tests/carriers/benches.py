"""A bench for each carrier: what the contract needs to set up, however that carrier learns it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from adapters.carriers import pushes
from adapters.carriers.carrier import Booking, Carrier, Place
from adapters.carriers.kuaidi100.carrier import Kuaidi100Carrier
from adapters.carriers.kuaidi100.wire import Wire
from adapters.carriers.simulator import CarrierSimulator
from adapters.signatures import signed_headers
from kit import clock
from models.fulfillment import CarrierCode
from settings import Settings
from tests.carriers.kuaidi100_server import KEYS, Kuaidi100Server, Line, rows_of

SHANGHAI = Place("上海市", "上海市", "徐汇区", "集市路 1 号", "集市", "+8613800138000")
CHENGDU = Place("四川省", "成都市", "双流区", "红树湾 2 期", "林晓雨", "+8613900139000")
SECRET = "a carrier's secret"
PUSH_URL = "https://shop.example/webhooks/carriers/yto"


class Bench(Protocol):
    """A carrier and the means to have things happen at it."""

    carrier: Carrier

    async def deliver(self, booking: Booking) -> None:
        """Let the parcel reach the door, with some scans on the way."""

    async def collect(self, booking: Booking) -> None:
        """Let the carrier have the parcel."""

    async def push(self, booking: Booking, *, signed: bool = True, ago: timedelta = timedelta(0)) -> "Told":
        """What the carrier would push of all that it knows, signed by it or by somebody else, perhaps long ago."""

    def disturb(self, *, cut: int = 0, deaf: int = 0, hang: int = 0, garbled: int = 0, busy: int = 0) -> bool:
        """Spoil the line to the carrier for so many calls; False where there is none."""


Told = tuple[bytes, Mapping[str, str]]


class SimulatorBench:
    """The carrier of our own making: time makes things happen."""

    def __init__(self, settings: Settings) -> None:
        self.carrier: Carrier = CarrierSimulator(settings, secret=SECRET)

    async def deliver(self, booking: Booking) -> None:
        clock.set_offset(clock.offset() + timedelta(minutes=5))

    async def collect(self, booking: Booking) -> None:
        clock.set_offset(clock.offset() + timedelta(hours=1))

    async def push(self, booking: Booking, *, signed: bool = True, ago: timedelta = timedelta(0)) -> Told:
        scans = await self.carrier.track(waybill=booking.waybill, now=clock.now())
        body = pushes.write(booking.waybill, scans, goes_on=True)
        secret = SECRET if signed else "somebody else's"
        return body, signed_headers(body, secret=secret, now=clock.machine() - ago)

    def disturb(self, *, cut: int = 0, deaf: int = 0, hang: int = 0, garbled: int = 0, busy: int = 0) -> bool:
        return False


class Kuaidi100Bench:
    """YTO by way of Kuaidi100, whose server is on this machine."""

    def __init__(self) -> None:
        self.server = Kuaidi100Server()
        self.line = Line(self.server)
        wire = Wire(KEYS, poll_url="https://poll.test", api_url="https://api.test", seconds=0.3, transport=self.line)
        self.carrier: Carrier = Kuaidi100Carrier(CarrierCode.YTO, wire, push_url=PUSH_URL)

    async def deliver(self, booking: Booking) -> None:
        self.server.tracks[booking.waybill] = rows_of(["103", "1002", "1001", "5", "301"])

    async def collect(self, booking: Booking) -> None:
        for order in self.server.orders.values():
            order.status = "10"

    async def push(self, booking: Booking, *, signed: bool = True, ago: timedelta = timedelta(0)) -> Told:
        salt = KEYS.salt if signed else "somebody else's"
        body = self.server.push("yuantong", booking.waybill, salt=salt)
        return body, {"content-type": "application/x-www-form-urlencoded"}

    def disturb(self, *, cut: int = 0, deaf: int = 0, hang: int = 0, garbled: int = 0, busy: int = 0) -> bool:
        self.line.cut, self.line.deaf = cut, deaf
        self.server.hang, self.server.garbled, self.server.busy = hang, garbled, busy
        return True
