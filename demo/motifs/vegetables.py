"""Drawings of vegetables, herbs and mushrooms: each fills the square from 80 to 320."""

from demo.motifs.fruit import CREAMY
from demo.motifs.paint import LEAF, STEM, WHITE, Paint, around, box, circle, oval, placed, shape, stroke


def leafy(p: Paint) -> str:
    def leaf(turn: int, fill: str) -> str:
        return placed(
            shape("M200 260C150 214 148 118 200 62C252 118 250 214 200 260Z", fill)
            + stroke("M200 256V100M200 190L176 166M200 190L224 166M200 150L180 130M200 150L220 130", p.light, 5),
            x=200 + turn * 1.15,
            y=176 + abs(turn) * 0.5,
            scale=0.9,
            turn=turn,
        )

    stalks = shape("M150 226C156 280 172 316 200 318C228 316 244 280 250 226Z", CREAMY) + stroke(
        "M178 234C180 276 188 300 194 312M222 234C220 276 212 300 206 312", "#d7e2c0", 6
    )
    return leaf(-46, p.dark) + leaf(46, p.dark) + leaf(-20, p.main) + leaf(20, p.main) + leaf(0, p.main) + stalks


def bunch(p: Paint) -> str:
    """Thin-stemmed greens held by a band."""
    places = (
        (116, 128, -30),
        (284, 128, 30),
        (148, 92, -18),
        (252, 92, 18),
        (200, 78, 0),
        (176, 140, -10),
        (226, 142, 10),
    )
    stems = "".join(
        stroke(f"M{x} {y}Q{200 + (x - 200) * 0.3:g} 210 {200 - (x - 200) * 0.3:g} 318", p.light, 10)
        for x, y, _ in places
    )
    leaves = "".join(oval(x, y, 27, 44, p.dark if i % 2 else p.main, turn=t) for i, (x, y, t) in enumerate(places))
    veins = "".join(stroke(f"M{x} {y - 20}L{x - t * 0.3:g} {y + 34}", p.light, 4) for x, y, t in places)
    return stems + leaves + veins + box(164, 218, 72, 24, "#e2483d", corner=9)


def cabbage(p: Paint) -> str:
    return (
        shape(
            "M200 84C274 76 316 132 306 206C300 274 262 318 200 318C138 318 100 274 94 206C84 132 126 76 200 84Z",
            p.dark,
        )
        + shape(
            "M200 96C250 94 282 142 274 208C268 266 244 312 200 314C156 312 132 266 126 208C118 142 150 94 200 96Z",
            p.main,
        )
        + shape(
            "M200 122C230 122 246 160 242 210C238 258 224 300 200 306C176 300 162 258 158 210C154 160 170 122 200 122Z",
            p.light,
        )
        + stroke("M200 312V168M200 258L172 226M200 258L228 226M200 214L180 190M200 214L220 190", CREAMY, 8)
    )


def stalks(p: Paint) -> str:
    """Scallion, celery, chives: white at the foot, green above."""
    tops = "".join(
        stroke(f"M{x} 214C{x} 170 {x + lean} 130 {x + lean * 2.2:g} 84", p.dark if i % 2 else p.main, 22)
        for i, (x, lean) in enumerate(((164, -24), (236, 24), (182, -8), (218, 10), (200, 0)))
    )
    feet = "".join(stroke(f"M{x} 206V296", CREAMY, 22) for x in (164, 236, 182, 218, 200))
    roots = stroke("M176 306L168 324M200 308V328M224 306L232 324", "#cbb894", 5)
    return tops + feet + roots + box(146, 226, 108, 22, "#d9ab73", corner=8)


def carrot(p: Paint) -> str:
    root = (
        shape("M146 146C150 118 250 118 254 146C254 220 222 308 200 326C178 308 146 220 146 146Z", p.main)
        + shape("M238 128C248 132 254 138 254 146C254 220 222 308 200 326C226 262 244 190 238 128Z", p.dark)
        + stroke("M156 176H186M168 226H196M244 196H220M184 272H202", p.dark, 6)
    )
    tops = "".join(
        placed(
            shape("M200 210C178 170 186 124 200 96C214 124 222 170 200 210Z", LEAF),
            x=200 + t * 0.8,
            y=96,
            scale=0.72,
            turn=t,
        )
        for t in (-38, 38, 0)
    )
    return placed(tops + root, x=204, y=202, scale=1, turn=18)


def tuber(p: Paint) -> str:
    one = (
        shape(
            "M96 226C90 170 150 130 214 140C274 148 318 186 310 236C302 288 240 300 186 294C130 288 100 266 96 226Z",
            p.main,
        )
        + shape("M262 158C296 174 314 204 310 236C302 288 240 300 192 295C262 274 286 214 262 158Z", p.dark)
        + oval(150, 188, 30, 10, p.light, turn=-24)
        + "".join(oval(x, y, 7, 3.5, p.dark, turn=-20) for x, y in ((180, 226), (226, 200), (148, 248), (214, 264)))
    )
    return placed(one, x=228, y=158, scale=0.8, turn=24) + placed(one, x=190, y=222, scale=0.95, turn=-8)


def lotus_root(p: Paint) -> str:
    holes = "".join(oval(x, y, 13, 19, p.dark, turn=t) for x, y, t in around(6, x=238, y=226, radius=48))
    return (
        placed(
            box(60, 150, 190, 104, p.main, corner=48) + stroke("M84 176C120 168 170 168 210 174", p.light, 8),
            x=190,
            y=206,
            scale=1,
            turn=-24,
        )
        + circle(238, 226, 88, p.main)
        + circle(238, 226, 78, CREAMY)
        + circle(238, 226, 14, p.dark)
        + holes
    )


def tomato(p: Paint) -> str:
    return (
        shape(
            "M200 134C146 106 84 148 90 218C96 282 150 316 200 316C250 316 304 282 310 218C316 148 254 106 200 134Z",
            p.main,
        )
        + shape("M272 134C302 150 313 182 310 218C304 282 250 316 206 316C276 284 296 202 272 134Z", p.dark)
        + oval(132, 190, 14, 30, p.light, turn=24)
        + shape(
            "M200 128L222 106L222 132L262 136L226 152L234 184L204 160L178 188L178 154L138 142L180 132L180 106Z", LEAF
        )
        + stroke("M200 132L206 90", LEAF, 10)
    )


def eggplant(p: Paint) -> str:
    body = (
        shape(
            "M164 146C162 200 128 226 128 270C128 312 162 326 200 326C238 326 272 312 272 270C272 226 238 200 236 146Z",
            p.main,
        )
        + shape("M222 146H236C238 200 272 226 272 270C272 312 238 326 206 326C262 292 232 214 222 146Z", p.dark)
        + oval(158, 264, 9, 32, p.light, turn=8)
        + shape(
            "M200 108C234 108 250 136 246 170C232 162 222 152 216 158C208 168 204 178 200 178C196 178 192 168 184 158"
            "C178 152 168 162 154 170C150 136 166 108 200 108Z",
            LEAF,
        )
        + stroke("M200 112L204 76", LEAF, 14)
    )
    return placed(body, x=204, y=202, scale=1, turn=22)


def cucumber(p: Paint) -> str:
    one = (
        box(78, 166, 244, 72, p.main, corner=36)
        + shape("M78 206C140 232 260 232 322 206C320 226 304 238 286 238H114C96 238 80 226 78 206Z", p.dark)
        + stroke("M110 186H250", p.light, 7)
        + "".join(circle(x, 206, 4, p.light) for x in (130, 170, 210, 250, 284))
    )
    return placed(one, x=206, y=164, scale=0.92, turn=-32) + placed(one, x=196, y=240, scale=0.92, turn=-18)


def pumpkin(p: Paint) -> str:
    return (
        oval(128, 220, 52, 78, p.dark)
        + oval(272, 220, 52, 78, p.dark)
        + oval(160, 220, 52, 88, p.main)
        + oval(240, 220, 52, 88, p.main)
        + oval(200, 220, 44, 92, p.light)
        + oval(200, 220, 32, 90, p.main)
        + stroke("M200 134C198 114 206 98 222 88", STEM, 16)
        + oval(148, 190, 8, 30, p.light, turn=8)
    )


def corn(p: Paint) -> str:
    rows = "".join(
        circle(x, y, 12, p.main if (x + y) % 3 else p.light) for y in range(112, 300, 22) for x in (168, 189, 211, 232)
    )
    ear = (
        shape(
            "M200 82C240 92 250 160 246 230C242 290 222 320 200 322C178 320 158 290 154 230C150 160 160 92 200 82Z",
            p.dark,
        )
        + rows
    )
    husk = shape("M200 328C150 320 122 262 132 190C160 214 190 262 200 328Z", LEAF) + shape(
        "M200 328C250 320 278 262 268 190C240 214 210 262 200 328Z", "#74b563"
    )
    return placed(ear + husk, x=200, y=202, scale=1, turn=14)


def pod(p: Paint) -> str:
    peas = "".join(
        circle(x, 206 + abs(x - 200) * -0.12, 26, p.light) + circle(x - 8, 196 + abs(x - 200) * -0.12, 6, WHITE)
        for x in (128, 176, 224, 272)
    )
    one = (
        shape("M70 186C120 282 280 282 330 186C280 214 120 214 70 186Z", p.dark)
        + peas
        + shape("M70 186C112 300 288 300 330 186C290 252 110 252 70 186Z", p.main)
        + stroke("M330 186L346 168", p.dark, 9)
    )
    return placed(one, x=200, y=196, scale=1, turn=-18)


def beans(p: Paint) -> str:
    return "".join(
        placed(
            stroke("M90 220C150 168 250 168 310 216", p.dark if i % 2 else p.main, 26)
            + stroke("M112 206C160 176 226 174 270 190", p.light, 5),
            x=200 + i * 6,
            y=140 + i * 42,
            scale=0.94,
            turn=-12 + i * 6,
        )
        for i in range(4)
    )


def mushroom(p: Paint) -> str:
    return (
        shape("M166 206C170 250 164 290 156 306C170 326 230 326 244 306C236 290 230 250 234 206Z", CREAMY)
        + shape("M212 206H234C230 250 236 290 244 306C236 318 220 322 204 322C222 290 218 250 212 206Z", "#e3d3b4")
        + shape(
            "M200 88C272 88 322 144 322 196C322 222 260 230 200 230C140 230 78 222 78 196C78 144 128 88 200 88Z", p.main
        )
        + shape("M78 196C78 222 140 230 200 230C260 230 322 222 322 196C280 210 120 210 78 196Z", p.dark)
        + oval(146, 138, 28, 12, p.light, turn=-28)
        + oval(216, 124, 14, 8, p.light)
        + oval(260, 164, 12, 8, p.light)
    )


def slim_mushrooms(p: Paint) -> str:
    spots = ((128, 150), (272, 146), (164, 118), (236, 116), (200, 96), (200, 146))
    return "".join(
        stroke(f"M{x} {y + 12}Q{x} 230 {200 + (x - 200) * 0.35:g} 312", CREAMY if i % 2 else "#f1e4c6", 15)
        + shape(f"M{x - 30} {y + 12}A30 28 0 0 1 {x + 30} {y + 12}Q{x} {y + 22} {x - 30} {y + 12}Z", p.main)
        + oval(x - 9, y - 2, 8, 5, p.light, turn=-20)
        for i, (x, y) in enumerate(spots)
    )


def fluffy_mushroom(p: Paint) -> str:
    """Lion's mane and tremella: a ruffled ball."""
    rim = "".join(circle(x, y, 32, p.dark if t % 60 else p.main) for x, y, t in around(12, x=200, y=206, radius=80))
    frills = "".join(
        stroke(f"M{x} {y}q12 22 24 0q12 22 24 0", p.dark, 5)
        for x, y in ((150, 160), (196, 190), (136, 212), (188, 240), (216, 150))
    )
    return rim + circle(200, 206, 88, p.main) + frills


def bulb(p: Paint) -> str:
    """Garlic or onion, by its color."""
    return (
        shape(
            "M200 84C206 128 222 146 256 168C296 194 314 226 300 266C286 306 244 318 200 318C156 318 114 306 100 266"
            "C86 226 104 194 144 168C178 146 194 128 200 84Z",
            p.main,
        )
        + shape(
            "M200 84C206 128 222 146 256 168C296 194 314 226 300 266C286 306 244 318 208 318C270 280 244 180 200 84Z",
            p.dark,
        )
        + stroke("M196 150C160 190 150 256 176 308M204 150C226 190 238 256 224 308", p.light, 5)
        + stroke("M184 322L178 334M200 322V336M216 322L222 334", "#cbb894", 5)
    )


def ginger(p: Paint) -> str:
    return (
        oval(196, 220, 106, 56, p.main, turn=-10)
        + oval(132, 164, 40, 52, p.main, turn=-24)
        + oval(256, 152, 38, 58, p.main, turn=24)
        + oval(286, 232, 44, 34, p.main)
        + oval(258, 112, 22, 14, p.light, turn=24)
        + oval(116, 124, 22, 13, p.light, turn=-20)
        + stroke(
            "M120 212Q150 232 190 228M206 196Q240 206 270 196M150 256Q190 270 232 254M240 150Q258 160 274 152",
            p.dark,
            5,
        )
    )


def chili(p: Paint) -> str:
    one = (
        shape(
            "M154 120C186 106 220 118 226 146C236 200 252 262 316 308C240 310 166 250 146 160C142 142 142 128 154 120Z",
            p.main,
        )
        + shape("M206 120C218 124 224 134 226 146C236 200 252 262 316 308C242 286 208 204 206 120Z", p.dark)
        + oval(168, 166, 7, 26, p.light, turn=-12)
        + shape("M144 138C142 112 168 98 196 102C216 106 228 122 226 140C200 128 168 130 144 138Z", LEAF)
        + stroke("M180 106C176 88 166 78 152 74", LEAF, 11)
    )
    return placed(one, x=226, y=190, scale=0.86, turn=26) + placed(one, x=178, y=206, scale=0.9)


def bell_pepper(p: Paint) -> str:
    return (
        shape(
            "M200 136C168 108 100 126 98 196C96 262 132 318 164 316C180 314 188 304 200 306C212 304 220 314 236 316"
            "C268 318 304 262 302 196C300 126 232 108 200 136Z",
            p.main,
        )
        + shape(
            "M262 126C288 136 301 160 302 196C304 262 268 318 236 316C230 316 226 313 221 310C268 270 276 190 262 126Z",
            p.dark,
        )
        + stroke("M200 150C188 196 188 252 196 298", p.dark, 6)
        + oval(136, 190, 12, 36, p.light, turn=12)
        + shape("M160 128C176 108 224 108 240 128C220 146 180 146 160 128Z", LEAF)
        + stroke("M200 120C198 100 206 88 220 80", LEAF, 15)
    )
