"""Where the machine plays: a database that is emptied for each example, a small market in it, and all who act there."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from unittest import mock
from uuid import UUID

from adapters.bus import InProcessBus
from adapters.carriers.simulator import CarrierSimulator
from adapters.messages import DatabaseInbox
from domain.access import Viewer, system
from domain.market import Market
from jobs import runner
from kit import clock
from models.customers import Role
from models.database import close_database, connection, is_postgres, open_database
from settings import Settings
from tests.databases import empty_postgres
from tests.factories.catalog import make_product, make_warehouse, variant_of
from tests.factories.customers import make_staff, make_user, viewer_for
from tests.factories.orders import make_tariff
from tests.factories.payments import connect, make_simulator
from tests.factories.promotions import make_coupon
from tests.machine.model import ATTEMPTS, FIRST_FEE, FREE_FROM, STEP_FEE, Books, Ticket, Ware

T = TypeVar("T")

PARCEL_STEP = timedelta(hours=6)
DELIVERED, FREE, NOT_DELIVERED = "上海市", "浙江省", "西藏自治区"
ALSO = {Role.COURIER: (Role.WAREHOUSE_PICKER,)}  # reports also of parcels whose orders are long over
ROLES = (Role.WAREHOUSE_PICKER, Role.SERVICE_AGENT, Role.FINANCE, Role.COURIER, Role.CATALOG_MANAGER)
WARES = (
    (1990, 500, {"SH": 5, "CD": 4}),
    (4501, 1300, {"SH": 2, "CD": 3}),
    (333, 40, {"SH": 9}),
)  # price, grams, units


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one example, and the keys of what they deal with."""

    people: Mapping[str, Viewer]
    staff: Mapping[Role, Viewer]
    system: Viewer
    wares: tuple[UUID, ...]
    warehouses: tuple[UUID, ...]


class Ground:
    """Holds the loop and the connections over all examples of a run."""

    def __init__(self, database_url: str, media_root: Path) -> None:
        self.settings = Settings(
            _env_file=None,
            database_url=database_url,
            secret_keys=("test-secret",),
            demo=True,
            media_root=media_root,
            payment_attempts=ATTEMPTS,
            simulator_parcel_seconds=PARCEL_STEP.total_seconds(),
        )
        self._runner = asyncio.Runner()
        self._one_by_one = mock.patch.object(runner, "PARALLEL", 1)  # so that the model can follow each timer
        bus = InProcessBus()
        simulator = make_simulator(self.settings.url, bus)
        self.market = connect(
            Market(
                policy=self.settings,
                bus=bus,
                messages=DatabaseInbox(),
                providers={simulator.code: simulator},
                carriers={CarrierSimulator.code: CarrierSimulator(self.settings, repeats=True, shuffles=True)},
            )
        )

    def __enter__(self) -> Self:
        self._one_by_one.start()
        self.do(open_database(self.settings.database_url, pool=4))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.do(close_database())
        self._runner.close()
        self._one_by_one.stop()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run one step to its end, always in the same loop."""
        return self._runner.run(work)

    async def set_up(self, books: Books) -> Cast:
        """An empty market, then a small one, written into the books too."""
        clock.set_offset(timedelta(0))
        await self._empty()
        await make_tariff(first_fee=FIRST_FEE, step_fee=STEP_FEE, free_from=FREE_FROM)
        await make_tariff(FREE, first_fee=0, step_fee=0)
        await make_tariff(NOT_DELIVERED, delivers=False)
        east = await make_warehouse("SH")
        west = await make_warehouse("CD", province="四川省", city="成都市")
        await _print_coupon(books, "TEN", Ticket(off=1000, threshold=3000, limit=4, each=2))
        await _print_coupon(books, "ALL", Ticket(off=100_000, threshold=0, limit=2, each=1))
        ends_at = clock.now() + timedelta(hours=12)
        await _print_coupon(books, "TODAY", Ticket(off=1, threshold=0, limit=9, each=9, ends_at=ends_at))
        return Cast(
            people={name: viewer_for(self.market, await make_user(name=name)) for name in ("ann", "bob")},
            staff={role: viewer_for(self.market, await make_staff(role, *ALSO.get(role, ()))) for role in ROLES},
            system=system(self.market),
            wares=tuple([await _stock(books, *ware) for ware in WARES]),
            warehouses=(east.id, west.id),
        )

    async def _empty(self) -> None:
        if is_postgres():
            await empty_postgres(self.settings.database_url)
            return
        rows = await connection().execute_query_dict("SELECT type, name, sql FROM sqlite_master")
        tables = [row["name"] for row in rows if row["type"] == "table"]
        guards = [row for row in rows if row["type"] == "trigger"]  # the journal lets nobody delete
        deletions = "".join(
            f'DELETE FROM "{table}";' for table in tables if not table.startswith(("sqlite_", "tortoise_"))
        )
        dropped = "".join(f'DROP TRIGGER "{guard["name"]}";' for guard in guards)
        restored = "".join(f"{guard['sql']};" for guard in guards)
        script = f"PRAGMA foreign_keys = OFF;{dropped}{deletions}{restored}PRAGMA foreign_keys = ON;"
        await connection().execute_script(script)


async def _stock(books: Books, price: int, grams: int, units: Mapping[str, int]) -> UUID:
    product = await make_product(variants=[{"price": price, "weight_grams": grams, "stock": dict(units)}])
    variant = await variant_of(product)
    books.wares[variant.id] = Ware(price, grams, sum(units.values()))
    return variant.id


async def _print_coupon(books: Books, code: str, ticket: Ticket) -> None:
    await make_coupon(
        code,
        amount_off=ticket.off,
        threshold=ticket.threshold,
        use_limit=ticket.limit,
        limit_per_customer=ticket.each,
        ends_at=ticket.ends_at,
    )
    books.tickets[code] = ticket
