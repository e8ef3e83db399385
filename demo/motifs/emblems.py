"""Drawings for labels and badges: a drop, a sprig, an ear of grain, bubbles."""

from demo.motifs.paint import WHITE, Paint, box, circle, oval, placed, shape, stroke


def drop(p: Paint) -> str:
    return shape(
        "M200 84C240 148 286 196 286 240C286 290 248 322 200 322C152 322 114 290 114 240C114 196 160 148 200 84Z",
        p.main,
    ) + oval(160, 248, 14, 34, p.light, turn=12)


def sprig(p: Paint) -> str:
    leaves = "".join(
        placed(
            shape("M200 214C170 180 176 130 200 96C224 130 230 180 200 214Z", p.main if t % 2 else p.dark),
            x=200 + dx,
            y=y,
            scale=0.86,
            turn=t,
        )
        for dx, y, t in ((-46, 230, -51), (46, 196, 51), (-40, 166, -45), (0, 118, 1))
    )
    return stroke("M200 324V130", p.dark, 11) + leaves


def ear(p: Paint) -> str:
    """An ear of grain."""
    grains = "".join(
        placed(oval(200, 200, 17, 34, p.main if s > 0 else p.dark), x=200 + s * 32, y=y, scale=1, turn=s * 28)
        for y in (130, 178, 226)
        for s in (-1, 1)
    )
    return stroke("M200 330V110", p.dark, 9) + oval(200, 92, 16, 34, p.main) + grains


def bubbles(p: Paint) -> str:
    return "".join(
        circle(x, y, r, p.main) + circle(x - r * 0.3, y - r * 0.3, r * 0.22, WHITE)
        for x, y, r in ((152, 232, 70), (254, 166, 52), (262, 278, 36), (176, 122, 28))
    )


def bean(p: Paint) -> str:
    """Coffee beans."""
    one = oval(200, 200, 62, 88, p.main, turn=24) + stroke("M228 126C190 160 216 230 172 272", p.dark, 12)
    return placed(one, x=150, y=176, scale=0.86) + placed(one, x=256, y=228, scale=0.86, turn=40)


def ingot(p: Paint) -> str:
    """Stacked pressed pieces: hotpot base, tea nuggets."""
    return "".join(
        box(x, y, 92, 62, p.main, corner=14)
        + box(x, y + 44, 92, 18, p.dark, corner=9)
        + box(x + 12, y + 10, 34, 8, p.light, corner=4)
        for x, y in ((100, 244), (208, 244), (154, 172), (154, 100))
    )
