"""One line of an order file: read, checked for all that can be wrong with it, and what the order shall be.

docs/order-intake.md tells the format.
"""

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from typing import Any

from domain.catalog.json_lines import storable
from domain.catalog.records import Raw, is_bad_utf8
from domain.customers.addresses import clean_address
from domain.customers.contacts import clean_email
from domain.market import Policy
from domain.orders.checkout import Destination
from kit.errors import Refused, gathered
from kit.money import to_minor
from kit.text import DEFAULT_LOCALE, LOCALES
from kit.validate import clean_text

LONGEST_ID = 80
LONGEST_REFERENCE = 38  # a payment's reference has room for the channel in front of it
LONGEST_NOTE = 500
LONGEST_PAYER = 60
LONGEST_AMOUNT = 30
FIELDS = frozenset(
    {"externalId", "lines", "address", "email", "discount", "shipping", "total", "paid", "note", "locale"}
)
LINE_FIELDS = frozenset({"sku", "quantity", "unitPrice", "discount"})
ADDRESS_FIELDS = {
    "recipient": "recipient",
    "phone": "phone",
    "province": "province",
    "city": "city",
    "district": "district",
    "street": "street",
    "postalCode": "postal_code",
}
PAID_FIELDS = frozenset({"amount", "reference", "payer"})


@dataclass(frozen=True, slots=True)
class ExternalLine:
    """A quantity of one SKU as it was sold elsewhere. Amounts are minor units."""

    sku: str
    quantity: int
    unit_price: int
    discount: int

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity - self.discount


@dataclass(frozen=True, slots=True)
class ExternalOrder:
    """An order as a marketplace has sold it and was paid for it. Amounts are minor units."""

    external_id: str
    lines: Sequence[ExternalLine]
    destination: Destination
    email: str | None
    discount: int
    shipping: int
    total: int
    reference: str
    payer: str
    note: str
    locale: str


@dataclass(slots=True)
class Row:
    """A line of the file: the order in it, or what is wrong with it."""

    row: int
    external_id: str
    digest: str
    order: ExternalOrder | None = None
    problems: list[Refused] = field(default_factory=list)


def parse(raw: Raw, policy: Policy) -> Row:
    """Look into a line; all that is wrong with it is told at once."""
    text, found, why = raw.content
    row = Row(raw.row, _external_id(found), _digest(found))
    if is_bad_utf8(text) or not storable(found):
        row.problems.append(Refused("INVALID_CHARACTER"))
    elif not isinstance(found, dict):
        row.problems.append(Refused("INVALID_JSON", why=why or "it is not an object"))
    else:
        reading = _Reading(policy, row.problems)
        order = reading.order(found)
        row.order = None if row.problems else order
    return row


def _external_id(found: object) -> str:
    value = found.get("externalId") if isinstance(found, dict) else None
    readable = isinstance(value, str) and value.isprintable() and storable(value)
    return str(value)[:LONGEST_ID] if readable else ""


def _digest(found: object) -> str:
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Reading:
    """One line being read; what is wrong is collected."""

    policy: Policy
    problems: list[Refused]

    def order(self, found: Mapping[str, Any]) -> ExternalOrder | None:
        self._known(found, FIELDS)
        external_id = self._text(found, "externalId", maximum=LONGEST_ID, minimum=1)
        lines = self._lines(found)
        destination = self._destination(found)
        reference, payer, amount = self._paid(found)
        order = ExternalOrder(
            external_id=external_id,
            lines=lines,
            destination=destination or _NOWHERE,
            email=self._email(found),
            discount=self._money(found, "discount", default="0"),
            shipping=self._money(found, "shipping", default="0"),
            total=self._money(found, "total"),
            reference=reference,
            payer=payer,
            note=self._text(found, "note", maximum=LONGEST_NOTE, multiline=True),
            locale=self._locale(found),
        )
        if not self.problems:
            self.problems += _check_sums(order, paid=amount)
        return order

    def _lines(self, found: Mapping[str, Any]) -> list[ExternalLine]:
        given = found.get("lines")
        if not isinstance(given, list) or not given:
            code = "NOTHING_TO_BUY" if isinstance(given, list) else "REQUIRED"
            self.problems.append(Refused(code, path=("lines",)))
            return []
        if len(given) > self.policy.cart_lines:
            self.problems.append(Refused("TOO_MANY_LINES", path=("lines",), maximum=self.policy.cart_lines))
            return []
        return [self._line(line, "lines", str(place)) for place, line in enumerate(given)]

    def _line(self, given: object, *path: str) -> ExternalLine:
        line = given if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            self.problems.append(Refused("INVALID_INPUT", path=path, why="an object is needed"))
            return ExternalLine("", 1, 0, 0)
        self._known(line, LINE_FIELDS, *path)
        return ExternalLine(
            sku=self._text(line, "sku", *path, maximum=255, minimum=1),
            quantity=self._quantity(line, *path),
            unit_price=self._money(line, "unitPrice", *path),
            discount=self._money(line, "discount", *path, default="0"),
        )

    def _quantity(self, line: Mapping[str, Any], *path: str) -> int:
        value, most = line.get("quantity"), self.policy.line_quantity
        if not isinstance(value, int) or isinstance(value, bool):
            self.problems.append(Refused("INVALID_NUMBER", path=(*path, "quantity")))
            return 1
        if not 1 <= value <= most:
            self.problems.append(Refused("OUT_OF_RANGE", path=(*path, "quantity"), minimum=1, maximum=most))
            return 1
        return value

    def _destination(self, found: Mapping[str, Any]) -> Destination | None:
        given = self._object(found, "address")
        if not given:
            return None
        self._known(given, ADDRESS_FIELDS.keys(), "address")
        texts = {"district": ""}
        for name, column in ADDRESS_FIELDS.items():
            value = given.get(name)
            if isinstance(value, str):
                texts[column] = value
            elif value is not None:
                self.problems.append(Refused("INVALID_INPUT", path=("address", name), why="a text is needed"))
        checked: list[Refused] = []
        destination = None
        with gathered(checked):
            destination = Destination(**clean_address(texts))
        names = {column: name for name, column in ADDRESS_FIELDS.items()}
        for one in checked:
            one.path = ("address", *(names.get(part, part) for part in one.path))
        self.problems += checked
        return destination

    def _paid(self, found: Mapping[str, Any]) -> tuple[str, str, int]:
        """The marketplace's reference, who paid, and how much."""
        given = self._object(found, "paid")
        if not given:
            return "", "", 0
        self._known(given, PAID_FIELDS, "paid")
        return (
            self._text(given, "reference", "paid", maximum=LONGEST_REFERENCE, minimum=1),
            self._text(given, "payer", "paid", maximum=LONGEST_PAYER),
            self._money(given, "amount", "paid"),
        )

    def _email(self, found: Mapping[str, Any]) -> str | None:
        given = self._text(found, "email", maximum=254)
        email = None
        with gathered(self.problems):
            email = clean_email(given, path=("email",)) if given else None
        return email  # noqa: RET504  # what was refused inside leaves it empty

    def _locale(self, found: Mapping[str, Any]) -> str:
        value = found.get("locale", DEFAULT_LOCALE)
        if value not in LOCALES:
            self.problems.append(Refused("INVALID_INPUT", path=("locale",), why="unknown language"))
        return str(value)

    def _object(self, found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        value = found.get(name)
        if isinstance(value, dict) and value:
            return value
        code = "REQUIRED" if not value else "INVALID_INPUT"
        self.problems.append(Refused(code, path=(name,), why="an object is needed"))
        return {}

    def _known(self, found: Mapping[str, Any], names: Container[str], *path: str) -> None:
        self.problems += [
            Refused("UNKNOWN_FIELD", path=(*path, name[:40]), field=name[:40]) for name in found if name not in names
        ]

    def _text(
        self,
        found: Mapping[str, Any],
        name: str,
        *path: str,
        maximum: int,
        minimum: int = 0,
        multiline: bool = False,
    ) -> str:
        value = found.get(name, "")
        if not isinstance(value, str):
            self.problems.append(Refused("INVALID_INPUT", path=(*path, name), why="a text is needed"))
            return ""
        text = ""
        with gathered(self.problems):
            text = clean_text(value, path=(*path, name), maximum=maximum, minimum=minimum, multiline=multiline)
        return text  # noqa: RET504  # what was refused inside leaves it empty

    def _money(self, found: Mapping[str, Any], name: str, *path: str, default: str | None = None) -> int:
        value = found.get(name, default)
        if value is None:
            self.problems.append(Refused("REQUIRED", path=(*path, name)))
            return 0
        try:
            if (
                isinstance(value, bool)
                or not isinstance(value, str | int | Decimal)
                or len(str(value)) > LONGEST_AMOUNT
            ):
                raise ValueError("not an amount")
            minor = to_minor(Decimal(str(value)), self.policy.currency)
            if minor < 0:
                raise ValueError("negative")
        except (ValueError, DecimalException):
            self.problems.append(Refused("INVALID_PRICE", path=(*path, name)))
            return 0
        return minor


_NOWHERE = Destination("", "", "", "", "", "")


def _check_sums(order: ExternalOrder, *, paid: int) -> list[Refused]:
    """What the marketplace says must add up: lines, discount and shipping to the total, the total to what was paid."""
    problems = [
        Refused("AMOUNTS_DIFFER", path=("lines", str(place), "discount"), stated=line.discount, computed=line.total)
        for place, line in enumerate(order.lines)
        if line.total < 0
    ]
    goods = sum(line.total for line in order.lines)
    if order.discount > goods:
        problems.append(Refused("AMOUNTS_DIFFER", path=("discount",), stated=order.discount, computed=goods))
    due = goods - order.discount + order.shipping
    if order.total != due:
        problems.append(Refused("AMOUNTS_DIFFER", path=("total",), stated=order.total, computed=due))
    if paid != order.total:
        problems.append(Refused("AMOUNTS_DIFFER", path=("paid", "amount"), stated=paid, computed=order.total))
    return problems
