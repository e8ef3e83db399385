"""Colors and the five strokes that every drawing of the demo market is made of."""

from collections.abc import Iterator
from math import cos, radians, sin
from typing import NamedTuple


class Paint(NamedTuple):
    """The body color, its shadow side and its lit side."""

    main: str
    dark: str
    light: str


RED = Paint("#e2483d", "#b9302c", "#f6857a")
ROSE = Paint("#ef8091", "#d25a70", "#fbb6bf")
ORANGE = Paint("#f59432", "#d97417", "#fbbd75")
YELLOW = Paint("#f6c843", "#dba41f", "#fde48f")
LIME = Paint("#a5c94a", "#7fa32d", "#cfe48a")
GREEN = Paint("#58a65c", "#3b7f43", "#92cc8f")
TEAL = Paint("#3fa7a0", "#267d78", "#88d0ca")
BLUE = Paint("#4f8fd6", "#3469a8", "#9cc4ef")
PURPLE = Paint("#8a5bb0", "#663f88", "#b995d6")
BROWN = Paint("#a8713f", "#7f5129", "#cf9d6c")
TAN = Paint("#d9ab73", "#b98547", "#efd0a4")
DARK = Paint("#4a3f4b", "#2f2731", "#7d7080")
CREAM = Paint("#fbf3e2", "#e3d3b4", "#ffffff")
SILVER = Paint("#a9bccb", "#7f95a8", "#dbe6ee")

LEAF = "#5a9e4b"
STEM = "#7a5534"
WHITE = "#ffffff"


def circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"/>'


def oval(x: float, y: float, wide: float, high: float, fill: str, *, turn: float = 0) -> str:
    turned = f' transform="rotate({turn:g} {x:g} {y:g})"' if turn else ""
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{wide:g}" ry="{high:g}" fill="{fill}"{turned}/>'


def box(x: float, y: float, width: float, height: float, fill: str, *, corner: float = 0) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner:g}" fill="{fill}"/>'


def shape(outline: str, fill: str) -> str:
    return f'<path d="{outline}" fill="{fill}"/>'


def stroke(line: str, color: str, width: float) -> str:
    return f'<path d="{line}" fill="none" stroke="{color}" stroke-width="{width:g}" stroke-linecap="round"/>'


def placed(drawing: str, *, x: float, y: float, scale: float, turn: float = 0) -> str:
    """The drawing with its middle (200, 200) moved to (x, y)."""
    turned = f"rotate({turn:g}) " if turn else ""
    return f'<g transform="translate({x:g} {y:g}) {turned}scale({scale:g}) translate(-200 -200)">{drawing}</g>'


def around(count: int, *, x: float, y: float, radius: float, start: float = 0) -> Iterator[tuple[int, int, float]]:
    """Places on a circle, clockwise from the top: x, y and how far a thing that stands there is turned."""
    for step in range(count):
        turn = start + step * 360 / count
        yield round(x + radius * sin(radians(turn))), round(y - radius * cos(radians(turn))), turn
