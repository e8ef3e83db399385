"""The category tree and brands."""

from collections.abc import Sequence

import strawberry

from domain.catalog import products
from kit import ids, paging
from kit.paging import Page, Sort
from loaders import catalog as loaders
from loaders.catalog import Tree
from models.catalog import Brand, Category
from resolvers.context import Info

BY_SLUG = Sort("brands", ("slug",))


async def _tree(info: Info) -> Tree:
    return await info.context.load(loaders.category_tree, "all")


async def category_tree(info: Info) -> Sequence[Category]:
    return (await _tree(info)).children[None]


async def children(root: strawberry.Parent[Category], info: Info) -> Sequence[Category]:
    return (await _tree(info)).children[root.id]


async def parent(root: strawberry.Parent[Category], info: Info) -> Category | None:
    return (await _tree(info)).by_id.get(root.parent_id) if root.parent_id else None


async def ancestors(root: strawberry.Parent[Category], info: Info) -> Sequence[Category]:
    by_id = (await _tree(info)).by_id
    line: list[Category] = []
    above = root.parent_id
    while above is not None and above in by_id:
        line.append(by_id[above])
        above = by_id[above].parent_id
    return line[::-1]


async def category(info: Info, id: str | None, slug: str | None) -> Category | None:
    tree = await _tree(info)
    if id is not None:
        found = ids.from_public(id)
        return tree.by_id.get(found[1]) if found and found[0] == "Category" else None
    return next((row for row in tree.by_id.values() if row.slug == slug), None)


async def brand(info: Info, id: str | None, slug: str | None) -> Brand | None:
    if id is None:
        return await Brand.get_or_none(slug=slug) if slug and products.could_be(slug) else None
    found = ids.from_public(id)
    return await info.context.load(loaders.brands_by_id, found[1]) if found and found[0] == "Brand" else None


async def brands(
    info: Info, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> Page[Brand]:
    window = paging.window(first=first, after=after, last=last, before=before)
    return await paging.page(Brand.all(), sort=BY_SLUG, window=window)
