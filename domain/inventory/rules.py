"""The order in which the rules of allocation decide, as staff have set it."""

from collections.abc import Sequence

from domain.access import Permission, Viewer
from domain.inventory.allocation import DEFAULT_RULES
from kit import clock
from kit.errors import Refused
from models.database import persistent, transaction
from models.inventory import AllocationRule, AllocationRules


@persistent
async def set_rules(
    viewer: Viewer, rules: Sequence[AllocationRule], *, expected_version: int | None = None
) -> AllocationRules:
    """Decide by these rules from now on, the first one first; what is not named decides nothing."""
    viewer.require(Permission.EDIT_STOCK)
    if not rules or len(set(rules)) != len(rules):
        raise Refused("RULES_INVALID", path=("rules",))
    async with transaction():
        before = await current()
        if expected_version is not None and expected_version != before.version:
            raise Refused("VERSION_CONFLICT", path=("expectedVersion",))
        return await AllocationRules.create(
            rules=[rule.value for rule in rules],
            version=before.version + 1,
            changed_at=clock.now(),
            actor_id=viewer.user_id,
        )


async def current() -> AllocationRules:
    """The rules in force; version 0 is the market's default, which is in no row."""
    row = await AllocationRules.all().order_by("-id").first()
    if row is not None:
        return row
    return AllocationRules(rules=[rule.value for rule in DEFAULT_RULES], version=0, changed_at=clock.now())
