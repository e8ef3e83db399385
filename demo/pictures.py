"""Draws one flat picture for each product of the demo market; the same slug always gives the same bytes."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from demo.motifs import fruit, meat_and_fish, vegetables
from demo.motifs.packing import package
from demo.motifs.paint import circle, oval, placed
from demo.motifs.subjects import subject

BACKDROPS = (
    ("#dcecdf", "#c5dfcb"),
    ("#dbe8f4", "#c2d8ec"),
    ("#f8e3d4", "#f1d0b9"),
    ("#f6e8c3", "#eed99f"),
    ("#e6def1", "#d4c7e6"),
    ("#d3ebe8", "#b7dcd8"),
    ("#f7dadd", "#efc3c9"),
    ("#e2e6d3", "#cfd6b7"),
)


IN_PAIRS = {
    fruit.apple,
    fruit.pear,
    fruit.citrus,
    fruit.pomelo,
    fruit.peach,
    vegetables.tomato,
    fruit.melon,
    fruit.coconut,
    vegetables.bulb,
    vegetables.bell_pepper,
    meat_and_fish.fish,
    meat_and_fish.shell,
}


class Pictured(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def category(self) -> str: ...


def svg(slug: str, category_slug: str) -> str:
    """A square picture of 400 units: no text, no script, nothing loaded from elsewhere, under 4 kB."""
    dice = sha256(slug.encode()).digest()
    wall, disc = BACKDROPS[dice[0] % len(BACKDROPS)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f'<rect width="400" height="400" fill="{wall}"/>{circle(200, 196, 164, disc)}'
        f"{composition(slug, category_slug, dice=dice)}</svg>\n"
    )


def composition(slug: str, category: str, *, dice: bytes) -> str:
    draw, paint = subject(slug, category)
    drawing = draw(paint)
    sold_in = package(slug, category)
    if sold_in:
        pack, paints = sold_in
        return shadow(120) + placed(pack(paints[dice[1] % len(paints)], drawing), x=200, y=200, scale=1)
    if draw in IN_PAIRS and dice[2] % 2:
        return (
            shadow(130) + placed(drawing, x=252, y=168, scale=0.68, turn=10) + placed(drawing, x=172, y=224, scale=0.86)
        )
    return shadow(112) + placed(drawing, x=200, y=204, scale=1, turn=dice[3] % 9 - 4)


def shadow(width: float) -> str:
    return f'<g opacity=".16">{oval(200, 324, width, 17, "#33302a")}</g>'


def write_all(folder: Path, products: Iterable[Pictured]) -> int:
    """Writes `{slug}.svg` for each product and says how many; leaves a file alone that is right already."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for product in products:
        path = folder / f"{product.slug}.svg"
        picture = svg(product.slug, product.category)
        if not path.exists() or path.read_text("utf-8") != picture:
            path.write_text(picture, "utf-8")
        count += 1
    return count
