"""A purchase step by step: the same locks and the same rows as the API writes, by statements made for each step."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from adapters.payments import callbacks
from benchmarks.handwritten.caller import Caller
from benchmarks.handwritten.reads import buyer_status
from benchmarks.handwritten.sql import Fields, column, dumped, insert, key, marks, money, public, rows, run, text, uuid
from domain.customers import addresses
from kit import clock
from kit.crypto import lookup_hash, seal
from kit.ids import from_public, new_id, readable, token
from models.database import check_references_at_the_end, is_postgres, transaction
from models.fields import MARK

PAYMENT_MINUTES = 30
DISPATCH_HOURS = 24


class Impossible(Exception):
    """What the caller asks for cannot be done."""


# ------------------------------------------------------------------------------------------------------------- cart


async def cart(caller: Caller, lines: Sequence[Fields]) -> Fields:
    user_id = await caller.require_user()
    wanted = {key(_key("Variant", line["variantId"])): int(line["quantity"]) for line in lines}
    now = clock.now()
    async with transaction():
        cart_id = await _cart(user_id)
        there = await rows("SELECT variant_id, quantity FROM cart_line WHERE cart_id = ?", cart_id)
        for line in there:
            if line["variant_id"] in wanted:
                wanted[line["variant_id"]] += line["quantity"]
        sold = await rows(
            "SELECT variant.id, price FROM variant JOIN product ON product.id = product_id "
            f"WHERE variant.id IN ({marks(len(wanted))}) AND is_active AND status = 'ACTIVE'",
            *wanted,
        )
        if len(sold) != len(wanted):
            raise Impossible("not for sale")
        await _put(cart_id, sold, wanted)
        await run("UPDATE cart SET version = version + 1, updated_at = ? WHERE id = ?", now, cart_id)
    inside = await _cart_lines(cart_id)
    return {
        "cartLineAdd": {
            "cart": {
                "id": public("Cart", cart_id),
                "totalQuantity": sum(line["quantity"] for line in inside),
                "lines": [
                    {
                        "id": public("CartLine", line["id"]),
                        "quantity": line["quantity"],
                        "unitPrice": money(line["price"]),
                        "total": money(line["price"] * line["quantity"]),
                    }
                    for line in inside
                ],
                "subtotal": money(sum(line["price"] * line["quantity"] for line in inside)),
            },
            "userErrors": [],
        }
    }


async def _cart(user_id: UUID) -> object:
    found = await rows(f"SELECT id FROM cart WHERE user_id = ? {_for_update()}", key(user_id))
    if found:
        return found[0]["id"]
    made, now = key(new_id()), clock.now()
    await insert("cart", {"id": made, "user_id": key(user_id), "version": 1, "created_at": now, "updated_at": now})
    return made


async def _put(cart_id: object, sold: Sequence[Fields], wanted: Mapping[object, int]) -> None:
    now = clock.now()
    values: list[object] = []
    for variant in sold:
        values += [key(new_id()), cart_id, variant["id"], wanted[variant["id"]], True, variant["price"], now]
    await run(
        "INSERT INTO cart_line (id, cart_id, variant_id, quantity, selected, price_seen, created_at) "
        f"VALUES {', '.join([f'({marks(7)})'] * len(sold))} ON CONFLICT (cart_id, variant_id) DO UPDATE "
        "SET quantity = excluded.quantity, selected = excluded.selected, price_seen = excluded.price_seen",
        *values,
    )


async def _cart_lines(cart_id: object) -> list[Fields]:
    return await rows(
        "SELECT cart_line.id, cart_line.quantity, variant_id, price, sku, choices, weight_grams, product_id, title, "
        "(SELECT url FROM product_image WHERE product_image.product_id = variant.product_id "
        "ORDER BY product_image.position LIMIT 1) AS image_url "
        "FROM cart_line JOIN variant ON variant.id = variant_id JOIN product ON product.id = product_id "
        "WHERE cart_id = ? AND selected AND is_active AND status = 'ACTIVE' "
        "ORDER BY cart_line.created_at, cart_line.id",
        cart_id,
    )


# ---------------------------------------------------------------------------------------------------------- preview


async def preview(caller: Caller, destination: Fields) -> Fields:
    user_id = await caller.require_user()
    where = addresses.clean_address(destination["address"], "destination", "address")
    lines = await _cart_lines((await rows("SELECT id FROM cart WHERE user_id = ?", key(user_id)))[0]["id"])
    levels = await rows(
        "SELECT variant_id, SUM(on_hand - reserved) AS free FROM stock_level "
        "JOIN warehouse ON warehouse.id = warehouse_id "
        f"WHERE variant_id IN ({marks(len(lines))}) AND is_active GROUP BY variant_id",
        *column(lines, "variant_id"),
    )
    free = {level["variant_id"]: int(level["free"]) for level in levels}
    if any(free.get(line["variant_id"], 0) < line["quantity"] for line in lines):
        raise Impossible("not enough")
    subtotal, shipping, weight = await _price(lines, where["province"])
    return {
        "checkoutPreview": {
            "checkout": {
                "lines": [
                    {
                        "quantity": line["quantity"],
                        "unitPrice": money(line["price"]),
                        "total": money(line["price"] * line["quantity"]),
                    }
                    for line in lines
                ],
                "subtotal": money(subtotal),
                "shipping": money(shipping),
                "total": money(subtotal + shipping),
                "weightGrams": weight,
            },
            "userErrors": [],
        }
    }


async def _price(lines: Sequence[Fields], province: str) -> tuple[int, int, int]:
    """Goods, shipping, weight."""
    rates = {
        rate["province"]: rate
        for rate in await rows("SELECT * FROM shipping_rate WHERE province IN (?, '*')", province)
    }
    rate = rates.get(province) or rates["*"]
    if not rate["delivers"]:
        raise Impossible("not deliverable")
    subtotal = sum(line["price"] * line["quantity"] for line in lines)
    weight = sum(line["weight_grams"] * line["quantity"] for line in lines)
    steps = -(-max(0, weight - rate["first_grams"]) // rate["step_grams"])
    fee = rate["first_fee"] + steps * rate["step_fee"]
    is_free = rate["free_from"] is not None and subtotal >= rate["free_from"]
    return subtotal, 0 if is_free else fee, weight


# ------------------------------------------------------------------------------------------------------------ order


async def place(caller: Caller, destination: Fields, idempotency_key: str, expected_total: int) -> Fields:
    user_id = await caller.require_user()
    where = addresses.clean_address(destination["address"], "destination", "address")
    order_id, now = new_id(), clock.now()
    async with transaction():
        await _once(user_id, "orderPlace", idempotency_key, [where, expected_total], result=order_id)
        cart_id = await _cart(user_id)
        lines = await _cart_lines(cart_id)
        subtotal, shipping, _ = await _price(lines, where["province"])
        if subtotal + shipping != expected_total:
            raise Impossible("another total")
        order = _order(order_id, user_id, caller, where, subtotal=subtotal, shipping=shipping)
        await insert("orders", order)
        written = [_line(order_id, place, line) for place, line in enumerate(lines)]
        await insert("order_line", *written)
        await _reserve(order_id, user_id, written, where["province"])
        await run(
            f"DELETE FROM cart_line WHERE cart_id = ? AND id IN ({marks(len(lines))})", cart_id, *column(lines, "id")
        )
        await run(
            "UPDATE cart SET version = version + 1, coupon_code = NULL, updated_at = ? WHERE id = ?", now, cart_id
        )
        await _timer("order.expire", order_id, order["pay_by"])
        await _event(order_id, user_id, 1, "order.placed", {"state": "PENDING_PAYMENT"})
    return {
        "orderPlace": {
            "order": {
                "id": public("Order", order_id),
                "number": order["number"],
                "state": "PENDING_PAYMENT",
                "total": money(order["total"]),
                "lines": [
                    {
                        "id": public("OrderLine", line["id"]),
                        "title": text(line["title"], caller.locale),
                        "quantity": line["quantity"],
                        "total": money(line["total"]),
                    }
                    for line in written
                ],
            },
            "userErrors": [],
        }
    }


def _order(
    order_id: UUID, user_id: UUID, caller: Caller, where: dict[str, Any], *, subtotal: int, shipping: int
) -> Fields:
    now, tail = clock.now(), readable(8)
    why = [{"kind": "SHIPPING", "label": {"zh-CN": "运费", "en": "Shipping"}, "amount": shipping, "why": {}}]
    return {
        "id": key(order_id),
        "number": f"{now:%y%m%d}-{tail[:4]}-{tail[4:]}",
        "user_id": key(user_id),
        "state": "PENDING_PAYMENT",
        "currency": "CNY",
        "subtotal": subtotal,
        "discount": 0,
        "shipping": shipping,
        "total": subtotal + shipping,
        "captured": 0,
        "refunded": 0,
        "shipping_refunded": 0,
        "payment_attempts": 0,
        "adjustments": dumped(why),
        "address": seal(dumped(where)),
        "province": where["province"],
        "contact_phone": MARK + seal(where["phone"]),
        "contact_phone_hash": lookup_hash(where["phone"]),
        "note": "",
        "locale": caller.locale,
        "cancel_note": "",
        "sequence": 1,
        "version": 2,
        "placed_at": now,
        "pay_by": now + timedelta(minutes=PAYMENT_MINUTES),
    }


def _line(order_id: UUID, position: int, line: Fields) -> Fields:
    return {
        "id": key(new_id()),
        "order_id": key(order_id),
        "position": position,
        "product_id": line["product_id"],
        "variant_id": line["variant_id"],
        "sku": line["sku"],
        "title": line["title"],
        "choices": line["choices"],
        "image_url": line["image_url"] or "",
        "weight_grams": line["weight_grams"],
        "unit_price": line["price"],
        "quantity": line["quantity"],
        "discount": 0,
        "total": line["price"] * line["quantity"],
        "shipped": 0,
        "delivered": 0,
        "canceled": 0,
        "refunded": 0,
        "refunded_amount": 0,
    }


async def _reserve(order_id: UUID, user_id: UUID, lines: Sequence[Fields], province: str) -> None:
    """Promise the units, each line from the first warehouse that has them all."""
    levels = await rows(
        "SELECT stock_level.id, variant_id, warehouse_id, on_hand - reserved AS free, province, priority, code "
        "FROM stock_level JOIN warehouse ON warehouse.id = warehouse_id "
        f"WHERE variant_id IN ({marks(len(lines))}) AND is_active ORDER BY stock_level.id {_for_update('stock_level')}",
        *column(lines, "variant_id"),
    )
    levels.sort(key=lambda level: (level["province"] != province, level["priority"], level["code"]))
    now, promises, movements = clock.now(), [], []
    for line in lines:
        level = next(
            one for one in levels if one["variant_id"] == line["variant_id"] and one["free"] >= line["quantity"]
        )
        taken = await run(
            "UPDATE stock_level SET reserved = reserved + ? WHERE id = ? AND on_hand - reserved >= ?",
            line["quantity"],
            level["id"],
            line["quantity"],
        )
        if taken != 1:
            raise Impossible("not enough")
        place = {"warehouse_id": level["warehouse_id"], "variant_id": line["variant_id"]}
        promises.append(
            {
                "id": key(new_id()),
                "order_id": key(order_id),
                "order_line_id": line["id"],
                **place,
                "quantity": line["quantity"],
                "state": "HELD",
                "created_at": now,
            }
        )
        movements.append(
            {
                "id": key(new_id()),
                **place,
                "kind": "RESERVE",
                "on_hand_change": 0,
                "reserved_change": line["quantity"],
                "order_id": key(order_id),
                "actor_id": key(user_id),
                "reason": "",
                "created_at": now,
            }
        )
    await insert("reservation", *promises)
    await insert("stock_movement", *movements)


# ---------------------------------------------------------------------------------------------------------- payment


async def pay(caller: Caller, url: str, order_id: UUID, idempotency_key: str) -> Fields:
    user_id = await caller.require_user()
    now, payment_id, number, reference = clock.now(), new_id(), f"P{readable(12)}", f"SIM_{token()}"
    async with transaction():
        await _once(user_id, "paymentCreate", idempotency_key, [order_id, "SIMULATOR", ""], result=payment_id)
        order = await _own_order(order_id, user_id)
        if order["state"] != "PENDING_PAYMENT" or order["payment_attempts"] >= 20:
            raise Impossible("not payable")
        payment = {
            "id": key(payment_id),
            "order_id": key(order_id),
            "number": number,
            "provider": "simulator",
            "method": "SIMULATOR",
            "state": "PENDING",
            "currency": order["currency"],
            "amount": order["total"],
            "captured": 0,
            "refunded": 0,
            "pay_url": "",
            "failure": "",
            "is_late": False,
            "is_applied": False,
            "created_at": now,
            "expires_at": order["pay_by"],
        }
        await insert("payment", payment)
        tried = {"payment_attempts": order["payment_attempts"] + 1}
        await _tell(order, "payment.created", _facts(payment), change=tried)
    await insert(
        "simulated_charge",
        {
            "id": key(new_id()),
            "reference": reference,
            "request_key": number,
            "kind": "charge",
            "parent_reference": "",
            "state": "OPEN",
            "currency": order["currency"],
            "amount": order["total"],
            "title": order["number"],
            "return_url": "",
            "notify_url": f"{url}/webhooks/simulator",
            "refuses_refunds": False,
            "created_at": now,
            "expires_at": order["pay_by"],
        },
    )
    pay_url = f"{url}/simulator/pay/{reference}"
    await run(
        "UPDATE payment SET provider_reference = ?, pay_url = ? WHERE id = ?", reference, pay_url, key(payment_id)
    )
    return {
        "paymentCreate": {
            "payment": {
                "id": public("Payment", payment_id),
                "number": number,
                "state": "PENDING",
                "payUrl": pay_url,
                "amount": money(order["total"], order["currency"]),
            },
            "userErrors": [],
        }
    }


async def called_back(body: bytes, headers: Mapping[str, str], *, secret: str) -> None:
    """The provider has the money."""
    notice, now = callbacks.read(body, headers, secret=secret, now=clock.machine()), clock.now()
    async with transaction():
        await insert(
            "provider_notice",
            {
                "id": key(new_id()),
                "provider": "simulator",
                "notice_id": notice.notice_id,
                "kind": notice.kind.value,
                "payload": dumped({"request_key": notice.request_key, "amount": notice.amount}),
                "received_at": now,
                "outcome": "captured",
            },
        )
        [payment] = await rows("SELECT * FROM payment WHERE number = ? AND provider = 'simulator'", notice.request_key)
        order = await _own_order(uuid(payment["order_id"]), None)
        waiting = order["state"] == "PENDING_PAYMENT" and payment["state"] == "PENDING"
        if not waiting or (notice.amount, notice.currency) != (payment["amount"], payment["currency"]):
            raise Impossible("does not fit")
        taken = await run(
            "UPDATE payment SET state = 'CAPTURED', captured = ?, captured_at = ?, provider_reference = ?, "
            "is_applied = ? WHERE id = ? AND state = 'PENDING'",
            notice.amount,
            now,
            notice.reference,
            True,
            payment["id"],
        )
        if taken != 1:
            raise Impossible("taken meanwhile")
        await _book(payment, order)
        change = {
            "state": "PAID",
            "captured": order["captured"] + notice.amount,
            "paid_at": now,
            "dispatch_by": now + timedelta(hours=DISPATCH_HOURS),
        }
        facts = {**_facts(payment), "applied": True, "from": "PENDING_PAYMENT", "to": "PAID"}
        await _tell(order, "payment.captured", facts, actor="PROVIDER", change=change)
        await run(
            "UPDATE timer SET done_at = ? WHERE kind = 'order.expire' AND subject_id = ? AND done_at IS NULL",
            now,
            order["id"],
        )
        await _timer("order.late_dispatch", uuid(order["id"]), change["dispatch_by"])
        await _timer("payment.expire_attempts", uuid(order["id"]), now)


async def order(caller: Caller, order_id: UUID) -> Fields:
    user_id = await caller.require_user()
    found = await rows(
        "SELECT id, number, state, refunded, captured, currency FROM orders WHERE id = ? AND user_id = ?",
        key(order_id),
        key(user_id),
    )
    row = found[0]
    return {
        "order": {
            "id": public("Order", row["id"]),
            "number": row["number"],
            "state": row["state"],
            "buyerStatus": buyer_status(row),
            "captured": money(row["captured"], row["currency"]),
        }
    }


async def _book(payment: Fields, order: Fields) -> None:
    entry_id = key(new_id())
    await check_references_at_the_end()
    sides = {"PROVIDER_CLEARING": payment["amount"], "CUSTOMER_DEPOSITS": -payment["amount"]}
    await insert(
        "posting",
        *(
            {
                "id": key(new_id()),
                "entry_id": entry_id,
                "account": account,
                "currency": payment["currency"],
                "amount": amount,
            }
            for account, amount in sides.items()
        ),
    )
    await insert(
        "journal_entry",
        {
            "id": entry_id,
            "kind": "capture",
            "reference": f"capture:{payment['number']}",
            "order_id": order["id"],
            "created_at": clock.now(),
        },
    )


# --------------------------------------------------------------------------------------------- what several steps do


async def _own_order(order_id: UUID, user_id: UUID | None) -> Fields:
    columns = "id, user_id, number, state, sequence, currency, total, captured, pay_by, payment_attempts"
    sql = f"SELECT {columns} FROM orders WHERE id = ?"
    if user_id is None:
        found = await rows(f"{sql} {_for_update()}", key(order_id))
    else:
        found = await rows(f"{sql} AND user_id = ? {_for_update()}", key(order_id), key(user_id))
    if not found:
        raise Impossible("not there")
    return found[0]


async def _once(user_id: UUID, operation: str, call_key: str, asked: object, *, result: UUID) -> None:
    """A repeated call violates the unique index; no repetition is measured, so none is answered here."""
    await insert(
        "keyed_call",
        {
            "id": key(new_id()),
            "actor": hashlib.sha256(f"user:{user_id}".encode()).hexdigest(),
            "operation": operation,
            "key": call_key,
            "input_hash": hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest(),
            "result_id": key(result),
            "created_at": clock.now(),
        },
    )


async def _tell(
    order: Fields, kind: str, data: Fields, *, actor: str = "CUSTOMER", change: Fields | None = None
) -> None:
    changed = {"sequence": order["sequence"] + 1, **(change or {})}
    assignments = ", ".join(f"{name} = ?" for name in changed)
    await run(f"UPDATE orders SET {assignments}, version = version + 1 WHERE id = ?", *changed.values(), order["id"])
    state = changed.get("state", order["state"])
    user_id = uuid(order["user_id"])
    await _event(uuid(order["id"]), user_id, changed["sequence"], kind, {**data, "state": state}, actor=actor)


async def _event(
    order_id: UUID, user_id: UUID, sequence: int, kind: str, data: Fields, *, actor: str = "CUSTOMER"
) -> None:
    await insert(
        "event",
        {
            "id": key(new_id()),
            "stream_id": key(order_id),
            "sequence": sequence,
            "kind": kind,
            "user_id": key(user_id),
            "actor_kind": actor,
            "actor_id": key(user_id) if actor == "CUSTOMER" else None,
            "cause": "",
            "data": dumped(data),
            "created_at": clock.now(),
        },
    )


async def _timer(kind: str, subject_id: UUID, due_at: object) -> None:
    await insert(
        "timer",
        {
            "id": key(new_id()),
            "kind": kind,
            "subject_id": key(subject_id),
            "due_at": due_at,
            "attempts": 0,
            "last_error": "",
        },
    )


def _facts(payment: Fields) -> Fields:
    names = {"payment": "number", "method": "method", "amount": "amount", "currency": "currency"}
    return {name: payment[column] for name, column in names.items()}


def _key(kind: str, public_id: str) -> UUID:
    found = from_public(public_id)
    if found is None or found[0] != kind:
        raise Impossible("no such id")
    return found[1]


def order_key(public_id: str) -> UUID:
    """The key in an order's id."""
    return _key("Order", public_id)


def _for_update(table: str = "") -> str:
    return "" if not is_postgres() else f"FOR UPDATE OF {table}" if table else "FOR UPDATE"
