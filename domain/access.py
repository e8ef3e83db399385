"""Who is asking, and what each role may do."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self
from uuid import UUID

from domain.market import Market
from kit.errors import Refused
from models.customers import Role
from models.outbox import ActorKind


class Permission(StrEnum):
    """Something that only some roles may do."""

    EDIT_CATALOG = "EDIT_CATALOG"
    EDIT_COUPONS = "EDIT_COUPONS"
    EDIT_STOCK = "EDIT_STOCK"
    SEE_STOCK = "SEE_STOCK"
    SEE_ORDERS = "SEE_ORDERS"
    EDIT_DELIVERY = "EDIT_DELIVERY"
    SHIP = "SHIP"
    REPORT_DELIVERY = "REPORT_DELIVERY"
    HAND_OVER = "HAND_OVER"
    SEND_COURIERS = "SEND_COURIERS"
    RIDE = "RIDE"
    SERVE = "SERVE"
    CANCEL_ORDERS = "CANCEL_ORDERS"
    CHANGE_ORDERS = "CHANGE_ORDERS"
    REVIEW_ORDERS = "REVIEW_ORDERS"
    EDIT_RISK = "EDIT_RISK"
    INTAKE_ORDERS = "INTAKE_ORDERS"
    REFUND = "REFUND"
    SEE_CASES = "SEE_CASES"
    RESOLVE_CASES = "RESOLVE_CASES"
    SEE_LEDGER = "SEE_LEDGER"
    KEEP_BOOKS = "KEEP_BOOKS"
    SEE_CUSTOMERS = "SEE_CUSTOMERS"
    EDIT_STAFF = "EDIT_STAFF"


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CATALOG_MANAGER: frozenset(
        {Permission.EDIT_CATALOG, Permission.EDIT_COUPONS, Permission.SEE_STOCK, Permission.EDIT_STOCK}
    ),
    Role.ORDER_REVIEWER: frozenset(
        {
            Permission.SEE_ORDERS,
            Permission.CANCEL_ORDERS,
            Permission.REVIEW_ORDERS,
            Permission.INTAKE_ORDERS,
            Permission.SEE_CUSTOMERS,
        }
    ),
    Role.WAREHOUSE_PICKER: frozenset(
        {
            Permission.SEE_ORDERS,
            Permission.EDIT_DELIVERY,
            Permission.SEND_COURIERS,
            Permission.SHIP,
            Permission.SEE_STOCK,
            Permission.EDIT_STOCK,
        }
    ),
    # These see no order but what they need of it: a courier what is on its way, a clerk what the code opens, a rider
    # what was given to them.
    Role.COURIER: frozenset({Permission.REPORT_DELIVERY, Permission.HAND_OVER, Permission.SERVE}),
    Role.PICKUP_CLERK: frozenset({Permission.HAND_OVER}),
    Role.RIDER: frozenset({Permission.RIDE}),
    Role.SERVICE_AGENT: frozenset(
        {
            Permission.SEE_ORDERS,
            Permission.CANCEL_ORDERS,
            Permission.CHANGE_ORDERS,
            Permission.REFUND,
            Permission.SEE_CASES,
            Permission.RESOLVE_CASES,
            Permission.SEE_CUSTOMERS,
        }
    ),
    Role.FINANCE: frozenset(
        {
            Permission.SEE_ORDERS,
            Permission.REFUND,
            Permission.SEE_CASES,
            Permission.SEE_LEDGER,
            Permission.KEEP_BOOKS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The caller of an action: a visitor, perhaps with a cart; the holder of an order's token; a person; the market."""

    market: Market
    user_id: UUID | None = None
    session_id: UUID | None = None
    order_id: UUID | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    cart_token: str | None = None
    locale: str = "zh-CN"
    address: str = ""
    is_system: bool = False
    is_provider: bool = False

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    @property
    def actor_kind(self) -> ActorKind:
        """How the viewer is named in an event."""
        if self.is_provider:
            return ActorKind.PROVIDER
        if self.is_system:
            return ActorKind.SYSTEM
        if self.is_staff:
            return ActorKind.STAFF
        return ActorKind.CUSTOMER if self.user_id else ActorKind.GUEST

    @property
    def key(self) -> str:
        """Names the caller in idempotency records: the person, the order's guest, the cart, else the address."""
        if self.user_id:
            return f"user:{self.user_id}"
        if self.order_id:
            return f"order:{self.order_id}"
        if self.is_system:
            return "system"
        return f"cart:{self.cart_token}" if self.cart_token else f"address:{self.address}"

    def may(self, permission: Permission) -> bool:
        """Whether the viewer's roles, or being the market itself, allow it."""
        return self.is_system or any(permission in GRANTS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """Refuse whoever may not: UNAUTHENTICATED when signing in could help, else FORBIDDEN."""
        if not self.may(permission):
            raise Refused("FORBIDDEN" if self.user_id else "UNAUTHENTICATED", permission=permission.value)

    def require_user(self) -> UUID:
        """The signed-in person; refuses visitors as UNAUTHENTICATED."""
        if self.user_id is None:
            raise Refused("UNAUTHENTICATED")
        return self.user_id

    def but(self, **changes: object) -> Self:
        """The same viewer with some fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]  # checked by the dataclass's own fields at runtime


def system(market: Market, *, as_provider: bool = False) -> Viewer:
    """The market itself, for timers and webhooks."""
    return Viewer(market=market, is_system=True, is_provider=as_provider)
