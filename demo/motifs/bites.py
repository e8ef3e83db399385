"""Drawings of other things sold by the piece: tofu, dumplings, nuts, cakes, dried goods."""

from demo.motifs.paint import LEAF, WHITE, Paint, around, box, circle, oval, placed, shape, stroke


def tofu(p: Paint) -> str:
    return (
        shape("M90 178L170 126L320 156L242 214Z", p.light)
        + shape("M90 178L242 214V310L90 270Z", p.main)
        + shape("M242 214L320 156V246L242 310Z", p.dark)
        + "".join(circle(x, y, 5, p.dark) for x, y in ((124, 214), (168, 252), (204, 234), (142, 250)))
        + shape("M180 146C190 118 222 112 240 122C230 146 204 156 180 146Z", LEAF)
    )


def tofu_cubes(p: Paint) -> str:
    one = (
        shape("M110 160L200 120L290 160L200 204Z", p.light)
        + shape("M110 160L200 204V310L110 262Z", p.main)
        + shape("M290 160L200 204V310L290 262Z", p.dark)
    )
    return (
        placed(one, x=200, y=148, scale=0.62)
        + placed(one, x=138, y=244, scale=0.62)
        + placed(one, x=262, y=246, scale=0.62)
    )


def sheets(p: Paint) -> str:
    """Folded thin sheets: tofu skin, dairy fans, laver."""
    return "".join(
        shape(f"M86 {y + 40}L206 {y}L322 {y + 34}L204 {y + 80}Z", fill)
        for y, fill in ((206, p.dark), (182, p.main), (158, p.dark), (134, p.main), (110, p.light))
    ) + stroke("M140 146L206 126L262 142", p.main, 5)


def sticks(p: Paint) -> str:
    return "".join(
        placed(
            box(184, 76, 32, 250, fill, corner=16) + stroke("M194 110C202 150 192 190 200 230", p.light, 5),
            x=200 + dx,
            y=206,
            scale=1,
            turn=turn,
        )
        for dx, turn, fill in ((-56, -22, p.dark), (52, 20, p.dark), (-20, -8, p.main), (20, 8, p.main))
    ) + box(126, 214, 148, 28, "#e2483d", corner=10)


def dumpling(p: Paint) -> str:
    one = (
        shape("M82 250C86 178 142 128 200 128C258 128 314 178 318 250C300 284 100 284 82 250Z", p.main)
        + shape("M318 250C300 284 100 284 82 250C140 268 260 268 318 250Z", p.dark)
        + stroke("M96 224C120 160 160 132 200 128C240 132 280 160 304 224", p.light, 12)
        + stroke("M128 176L144 196M160 150L170 176M200 138V168M240 150L230 176M272 176L256 196", p.dark, 7)
    )
    return placed(one, x=226, y=158, scale=0.74) + placed(one, x=178, y=236, scale=0.86)


def bun(p: Paint) -> str:
    folds = "".join(stroke(f"M200 132Q{200 + k * 0.6:g} 160 {200 + k} 204", p.dark, 6) for k in (-84, -46, 0, 46, 84))
    basket = (
        box(74, 248, 252, 62, "#d9ab73", corner=12)
        + box(74, 248, 252, 18, "#b98547", corner=9)
        + stroke("M90 288H310", "#b98547", 5)
    )
    return (
        shape("M94 256C94 176 146 124 200 124C254 124 306 176 306 256Z", p.main)
        + folds
        + circle(200, 132, 12, p.light)
        + basket
        + stroke("M150 108q-14 -16 0 -32M200 98q-14 -16 0 -32M250 108q-14 -16 0 -32", WHITE, 7)
    )


def tangyuan(p: Paint) -> str:
    balls = (
        circle(146, 186, 46, p.main)
        + circle(252, 186, 46, p.main)
        + circle(200, 166, 48, p.light)
        + circle(200, 178, 22, "#3b2f33")
    )
    return (
        balls
        + shape("M70 204H330C326 272 274 316 200 316C126 316 74 272 70 204Z", "#4f8fd6")
        + box(64, 196, 272, 20, "#3469a8", corner=10)
        + oval(122, 250, 9, 26, "#9cc4ef", turn=-20)
    )


def flatbread(p: Paint) -> str:
    one = circle(200, 200, 108, p.main) + stroke(
        "M200 200m-78 0a78 78 0 1 1 78 78M200 200m-40 0a44 44 0 1 1 44 42", p.dark, 7
    )
    flecks = "".join(
        box(x, y, 18, 8, LEAF, corner=4)
        for x, y in ((152, 150), (220, 160), (174, 210), (240, 220), (196, 254), (140, 214))
    )
    return oval(204, 226, 112, 104, p.dark) + one + flecks


def zongzi(p: Paint) -> str:
    return (
        shape(
            "M200 84C212 84 220 92 226 102L322 282C328 300 318 312 302 312H98C82 312 72 300 78 282L174 102C180 92 188 84 200 84Z",
            p.main,
        )
        + shape("M200 84C212 84 220 92 226 102L322 282C328 300 318 312 302 312H238C250 240 236 150 200 84Z", p.dark)
        + stroke("M120 214L276 186M104 262L304 250", "#f2d9b3", 10)
        + stroke("M132 290C160 230 184 160 196 110", p.light, 6)
        + circle(196, 200, 13, "#f2d9b3")
    )


def nut(p: Paint) -> str:
    """A walnut with its half."""
    return (
        circle(160, 196, 84, p.main)
        + stroke(
            "M160 112C140 160 180 230 160 280M112 150Q140 170 120 204Q110 228 130 250M206 150Q184 176 204 204Q214 228 192 252",
            p.dark,
            7,
        )
        + oval(250, 242, 76, 72, p.dark)
        + oval(250, 242, 64, 60, p.light)
        + stroke(
            "M250 188V296M228 202Q204 220 222 240Q204 262 226 282M272 202Q296 220 278 240Q296 262 274 282", p.main, 10
        )
    )


def kernels(p: Paint) -> str:
    """A pile of small nuts, seeds or beans."""
    spots = (
        (200, 132, 10),
        (156, 178, -30),
        (244, 174, 40),
        (112, 230, 20),
        (200, 216, -14),
        (284, 226, -36),
        (94, 288, -60),
        (156, 276, 34),
        (226, 272, 8),
        (300, 286, 60),
    )
    return "".join(
        oval(x, y, 27, 36, p.dark if i % 3 == 1 else p.main, turn=t) + oval(x - 9, y - 9, 5, 9, p.light)
        for i, (x, y, t) in enumerate(spots)
    )


def chestnut(p: Paint) -> str:
    one = (
        shape(
            "M200 92C214 130 306 156 302 224C298 272 250 290 200 290C150 290 102 272 98 224C94 156 186 130 200 92Z",
            p.main,
        )
        + shape("M106 250C126 282 160 290 200 290C240 290 274 282 294 250C250 264 150 264 106 250Z", "#e6cfa6")
        + oval(148, 198, 11, 28, p.light, turn=30)
    )
    return placed(one, x=236, y=172, scale=0.7, turn=14) + placed(one, x=168, y=224, scale=0.86, turn=-8)


def biscuit(p: Paint) -> str:
    def one(x: int, y: int) -> str:
        chips = "".join(
            circle(x + dx, y + dy, 8, p.dark)
            for dx, dy in ((-34, -22), (8, -40), (36, -4), (-8, 4), (-36, 30), (16, 40))
        )
        return (
            circle(x, y + 8, 82, p.dark)
            + circle(x, y, 82, p.main)
            + circle(x, y, 70, p.light)
            + circle(x, y, 68, p.main)
            + chips
        )

    return one(236, 164) + one(166, 236)


def cake(p: Paint) -> str:
    """A molded round pastry: mooncake, flower cake, bean cake."""
    foot = "".join(circle(x, y, 25, p.dark) for x, y, _ in around(12, x=200, y=226, radius=90))
    rim = "".join(circle(x, y, 25, p.main) for x, y, _ in around(12, x=200, y=186, radius=90))
    petals = "".join(oval(x, y, 18, 30, p.light, turn=t) for x, y, t in around(8, x=200, y=186, radius=48))
    return foot + rim + circle(200, 186, 96, p.main) + petals + circle(200, 186, 22, p.dark)


def roll(p: Paint) -> str:
    """Rolled crisps: egg rolls, hawthorn rolls."""
    one = (
        box(84, 170, 232, 60, p.main, corner=28)
        + box(84, 204, 232, 26, p.dark, corner=13)
        + oval(302, 200, 18, 30, p.light)
        + stroke("M302 184q12 16 0 30q-10 -12 2 -20", p.dark, 5)
    )
    return (
        placed(one, x=204, y=136, scale=0.86, turn=-8)
        + placed(one, x=190, y=204, scale=0.94, turn=-8)
        + placed(one, x=210, y=270, scale=0.9, turn=-8)
    )


def toast(p: Paint) -> str:
    return (
        shape(
            "M104 152C84 108 136 86 200 88C264 86 316 108 296 152L292 296C292 308 284 314 272 314H128C116 314 108 308 108 296Z",
            p.dark,
        )
        + shape(
            "M126 154C108 118 152 104 200 106C248 104 292 118 274 154L270 282C270 290 266 294 258 294H142C134 294 130 290 130 282Z",
            p.light,
        )
        + stroke("M160 160L176 176M220 150L238 166M166 230L184 246M220 220L240 236", p.main, 7)
    )


def mochi(p: Paint) -> str:
    return (
        oval(142, 246, 78, 58, p.dark)
        + oval(142, 238, 78, 56, p.main)
        + oval(262, 248, 74, 56, p.dark)
        + oval(262, 240, 74, 54, p.light)
        + oval(202, 172, 80, 58, p.dark)
        + oval(202, 164, 80, 56, p.main)
        + oval(170, 142, 24, 10, p.light, turn=-20)
    )


def candy(p: Paint) -> str:
    one = (
        shape("M136 200L84 154L78 246Z", p.dark)
        + shape("M264 200L316 154L322 246Z", p.dark)
        + circle(200, 200, 74, p.main)
        + stroke("M166 140C190 170 190 230 166 260M216 130C244 170 244 230 216 270", p.light, 12)
    )
    return placed(one, x=234, y=156, scale=0.74, turn=-30) + placed(one, x=172, y=236, scale=0.9, turn=14)


def cheese(p: Paint) -> str:
    return (
        shape("M82 208L262 110C302 120 322 158 322 208Z", p.light)
        + box(82, 204, 240, 98, p.main, corner=6)
        + circle(138, 250, 22, p.dark)
        + circle(222, 278, 17, p.dark)
        + circle(270, 236, 20, p.dark)
        + oval(246, 166, 22, 13, p.main)
    )


def butter(p: Paint) -> str:
    return (
        shape("M116 186L164 142H318L280 186Z", p.light)
        + box(116, 186, 164, 84, p.main)
        + shape("M280 186L318 142V224L280 270Z", p.dark)
        + box(86, 268, 246, 24, "#4f8fd6", corner=12)
        + shape("M116 186L80 196V276L116 270Z", p.light)
        + stroke("M148 186V270", p.dark, 5)
    )


def pepper_husks(p: Paint) -> str:
    """Small open husks on a twig: Sichuan pepper, star anise, dates and goji share the pile."""
    spots = (
        (200, 122),
        (146, 156),
        (252, 158),
        (112, 212),
        (176, 206),
        (236, 210),
        (292, 216),
        (144, 262),
        (206, 262),
        (264, 268),
        (200, 310),
    )
    return stroke("M200 330C196 260 204 190 200 110M200 250L140 200M200 220L262 180", STEM_DARK, 7) + "".join(
        circle(x, y, 26, p.main)
        + shape(f"M{x - 16} {y - 6}Q{x} {y - 26} {x + 18} {y - 4}Q{x} {y + 8} {x - 16} {y - 6}Z", p.dark)
        + circle(x + 1, y - 7, 5, "#2f2731")
        for x, y in spots
    )


STEM_DARK = "#6b4a2c"


def star(p: Paint) -> str:
    points = "".join(
        placed(
            shape("M200 196C178 160 184 116 200 88C216 116 222 160 200 196Z", p.main) + oval(200, 146, 6, 16, p.light),
            x=200,
            y=204,
            scale=1,
            turn=t,
        )
        for t in range(0, 360, 45)
    )
    return points + circle(200, 204, 20, p.dark)


def bark(p: Paint) -> str:
    one = (
        box(80, 160, 240, 80, p.main, corner=12)
        + box(80, 206, 240, 34, p.dark, corner=12)
        + oval(320, 200, 20, 40, p.light)
        + stroke("M320 180q14 20 0 40q-12 -14 0 -24", p.dark, 5)
    )
    return placed(one, x=204, y=150, scale=0.8, turn=-18) + placed(one, x=196, y=244, scale=0.84, turn=10)


def date(p: Paint) -> str:
    def one(x: int, y: int, turn: int) -> str:
        return placed(
            oval(200, 200, 74, 52, p.main)
            + stroke("M142 196Q164 186 190 196M210 214Q236 204 256 212M180 224Q196 232 214 228", p.dark, 6)
            + oval(170, 176, 20, 8, p.light, turn=-16),
            x=x,
            y=y,
            scale=0.9,
            turn=turn,
        )

    return one(150, 160, -16) + one(252, 182, 20) + one(190, 256, -4)


def flower(p: Paint) -> str:
    outer = "".join(oval(x, y, 22, 50, p.main, turn=t) for x, y, t in around(12, x=200, y=200, radius=76))
    inner = "".join(oval(x, y, 15, 32, p.light, turn=t) for x, y, t in around(8, x=200, y=200, radius=46, start=15))
    return outer + inner + circle(200, 200, 26, p.dark)


def lily_bulb(p: Paint) -> str:
    return "".join(
        placed(
            shape("M200 290C150 250 154 170 200 112C246 170 250 250 200 290Z", fill),
            x=200 + t,
            y=206 + abs(t) * 0.4,
            scale=0.92,
            turn=t,
        )
        for t, fill in ((-46, p.dark), (46, p.dark), (-24, p.main), (24, p.main), (0, p.light))
    )
