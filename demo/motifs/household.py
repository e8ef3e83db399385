"""Drawings of what stands under the sink and beside the stove; a container bears an emblem."""

from demo.motifs.packages import badge
from demo.motifs.paint import CREAM, WHITE, Paint, box, circle, oval, placed, shape, stroke


def tissue_box(p: Paint, emblem: str) -> str:
    return (
        shape("M148 150C150 110 176 126 186 78C206 112 236 96 250 150Z", WHITE)
        + shape("M200 96C214 120 238 112 250 150H206Z", CREAM.dark)
        + shape("M76 172L110 140H324L290 172Z", p.light)
        + oval(200, 154, 66, 9, p.dark)
        + box(76, 170, 214, 142, p.main, corner=6)
        + shape("M290 172L324 140V282L290 312Z", p.dark)
        + badge(emblem, x=182, y=240, radius=48)
    )


def paper_roll(p: Paint, emblem: str) -> str:
    return (
        shape("M112 130H288V300C262 326 138 326 112 300Z", CREAM.main)
        + shape("M250 130H288V300C276 312 264 316 250 318Z", CREAM.dark)
        + shape("M112 176C60 190 66 250 74 322H112Z", CREAM.dark)
        + oval(200, 130, 88, 38, WHITE)
        + oval(200, 130, 62, 26, CREAM.dark)
        + oval(200, 130, 52, 21, WHITE)
        + oval(200, 130, 26, 11, p.main)
        + badge(emblem, x=196, y=236, radius=42)
        + stroke("M122 210V286", p.light, 6)
    )


def detergent(p: Paint, emblem: str) -> str:
    return (
        box(120, 64, 76, 54, p.light, corner=10)
        + box(130, 112, 56, 22, p.dark)
        + shape(
            "M126 132H214C274 132 306 160 306 210V294Q306 322 278 322H122Q94 322 94 294V176C94 148 108 132 126 132Z",
            p.main,
        )
        + shape("M262 142C292 154 306 178 306 210V294Q306 322 278 322H246C280 270 286 190 262 142Z", p.dark)
        + shape("M238 164C268 168 278 186 276 214C262 208 244 200 226 204C222 184 226 166 238 164Z", CREAM.main)
        + badge(emblem, x=182, y=252, radius=50)
    )


def spray(p: Paint, emblem: str) -> str:
    return (
        shape("M138 72H244C262 72 268 90 258 104L240 116H176V140H152V104L128 104Q122 86 138 72Z", p.dark)
        + shape("M238 112L262 146L248 152L222 116Z", p.dark)
        + box(112, 78, 24, 20, p.light, corner=4)
        + shape(
            "M156 138H214C222 166 266 176 266 216V298Q266 322 242 322H134Q110 322 110 298V216C110 176 148 166 156 138Z",
            p.main,
        )
        + shape("M214 138C222 166 266 176 266 216V298Q266 322 242 322H216C248 256 238 184 200 138Z", p.light)
        + badge(emblem, x=186, y=246, radius=48)
        + "".join(circle(x, y, 5, WHITE) for x, y in ((88, 76), (74, 96), (92, 104), (66, 72)))
    )


def pump(p: Paint, emblem: str) -> str:
    return (
        stroke("M200 128V84M200 80H142Q128 82 128 100", p.dark, 15)
        + box(172, 118, 56, 30, p.dark, corner=6)
        + shape(
            "M142 146H258C286 160 290 180 290 202V296Q290 322 264 322H136Q110 322 110 296V202C110 180 114 160 142 146Z",
            p.main,
        )
        + shape("M258 146C286 160 290 180 290 202V296Q290 322 264 322H232C262 262 262 196 232 146Z", p.light)
        + badge(emblem, x=192, y=236, radius=52)
    )


def tube(p: Paint, emblem: str) -> str:
    body = (
        box(166, 274, 68, 44, p.dark, corner=8)
        + shape("M118 84H282L246 276H154Z", p.main)
        + shape("M250 84H282L246 276H222Z", p.dark)
        + box(112, 72, 176, 24, p.light, corner=4)
        + badge(emblem, x=196, y=168, radius=42)
    )
    return placed(body, x=200, y=204, scale=1.04, turn=18)


def toothbrushes(p: Paint, emblem: str) -> str:
    def one(dx: float, turn: float, fill: str) -> str:
        return placed(
            box(190, 86, 20, 236, fill, corner=10)
            + box(206, 90, 22, 60, WHITE, corner=4)
            + stroke("M210 104H226M210 118H226M210 132H226", "#9cc4ef", 5),
            x=200 + dx,
            y=200,
            scale=1,
            turn=turn,
        )

    return (
        one(-40, -16, p.main)
        + one(34, 14, p.dark)
        + shape("M124 206H276L262 316Q260 324 250 324H150Q140 324 138 316Z", p.light)
        + badge(emblem, x=200, y=266, radius=34)
    )


def soap_bar(p: Paint, emblem: str) -> str:
    return (
        box(74, 190, 252, 112, p.dark, corner=46)
        + box(74, 172, 252, 112, p.main, corner=46)
        + box(104, 190, 192, 70, p.light, corner=32)
        + badge(emblem, x=200, y=226, radius=32)
        + "".join(
            circle(x, y, r, WHITE) + circle(x, y, r - 5, "#d4ecf7")
            for x, y, r in ((118, 140, 24), (164, 110, 16), (254, 126, 28), (214, 86, 13), (292, 88, 15))
        )
    )


def pods(p: Paint, emblem: str) -> str:
    one = (
        shape(
            "M112 130C140 104 260 104 288 130C316 160 316 244 288 270C260 296 140 296 112 270C84 244 84 160 112 130Z",
            "#eef6fa",
        )
        + shape(
            "M128 146C150 128 196 126 200 200C204 274 250 272 272 254C296 226 296 172 272 146C240 118 160 118 128 146Z",
            p.main,
        )
        + shape("M128 146C104 172 104 226 128 254C156 278 206 276 200 200C196 126 150 128 128 146Z", p.light)
    )
    return (
        placed(one, x=204, y=138, scale=0.58)
        + placed(one, x=138, y=246, scale=0.6, turn=-14)
        + placed(one, x=266, y=246, scale=0.6, turn=14)
    )


def sponge(p: Paint, emblem: str) -> str:
    one = (
        box(84, 150, 232, 84, p.main, corner=14)
        + box(84, 216, 232, 34, "#3b7f43", corner=10)
        + "".join(
            oval(x, y, 9, 6, p.dark)
            for x, y in ((120, 176), (164, 196), (206, 170), (250, 198), (284, 174), (140, 206))
        )
    )
    return placed(one, x=222, y=140, scale=0.8, turn=8) + placed(one, x=184, y=250, scale=0.94, turn=-6)


def trash_bag(p: Paint, emblem: str) -> str:
    return (
        shape("M164 118L132 74L176 92L200 68L224 92L268 74L236 118Z", p.main)
        + shape(
            "M164 118C110 150 84 220 96 288C102 318 130 322 200 322C270 322 298 318 304 288C316 220 290 150 236 118Z",
            p.main,
        )
        + shape("M236 118C290 150 316 220 304 288C298 318 270 322 226 322C280 270 274 170 236 118Z", p.dark)
        + box(156, 108, 88, 18, "#f59432", corner=9)
        + stroke("M128 210C130 180 142 162 154 150", p.light, 9)
    )


def razor(p: Paint, emblem: str) -> str:
    one = (
        box(104, 160, 192, 80, p.main, corner=14)
        + "".join(box(122, 172 + i * 15, 156, 8, "#dbe6ee", corner=4) for i in range(4))
        + box(104, 228, 192, 16, p.dark, corner=8)
    )
    return placed(one, x=210, y=136, scale=0.84, turn=-10) + placed(one, x=190, y=246, scale=0.94, turn=6)


def wok(p: Paint, emblem: str) -> str:
    return (
        stroke("M284 176L354 122", "#7f5129", 22)
        + oval(182, 190, 124, 40, p.light)
        + oval(182, 194, 110, 31, p.dark)
        + shape("M58 190C66 262 116 304 182 304C248 304 298 262 306 190C290 226 74 226 58 190Z", p.main)
        + stroke("M92 240C104 264 124 280 148 286", p.light, 8)
        + stroke("M140 160q-14 -20 0 -40M182 154q-14 -20 0 -40M224 160q-14 -20 0 -40", WHITE, 8)
    )


def pot(p: Paint, emblem: str) -> str:
    return (
        box(58, 204, 48, 26, p.dark, corner=13)
        + box(294, 204, 48, 26, p.dark, corner=13)
        + shape("M88 186H312V256C312 300 276 318 200 318C124 318 88 300 88 256Z", p.main)
        + shape("M272 186H312V256C312 296 282 314 224 318C264 290 274 240 272 186Z", p.dark)
        + shape("M92 186C96 140 146 120 200 120C254 120 304 140 308 186Z", p.light)
        + box(78, 178, 244, 20, p.dark, corner=10)
        + circle(200, 110, 17, p.dark)
        + badge(emblem, x=190, y=252, radius=36)
    )


def steamer(p: Paint, emblem: str) -> str:
    weave = stroke(
        "M104 214V246M140 214V246M176 214V246M212 214V246M248 214V246M284 214V246M104 276V306M140 276V306M176 276V306M212 276V306M248 276V306M284 276V306",
        p.dark,
        6,
    )
    return (
        shape("M82 192C90 140 150 116 200 116C250 116 310 140 318 192Z", p.light)
        + stroke("M112 176C150 142 250 142 288 176M144 184Q200 150 256 184", p.main, 7)
        + box(72, 186, 256, 66, p.main, corner=8)
        + box(72, 256, 256, 62, p.main, corner=8)
        + weave
        + box(72, 186, 256, 18, p.dark, corner=8)
        + box(72, 254, 256, 16, p.dark, corner=8)
        + stroke("M200 116V98", p.dark, 14)
    )


def knife(p: Paint, emblem: str) -> str:
    blade = (
        box(254, 166, 108, 40, "#7f5129", corner=14)
        + circle(288, 186, 5, "#cf9d6c")
        + circle(328, 186, 5, "#cf9d6c")
        + shape("M44 150H258V250C200 262 110 262 60 250C48 226 44 190 44 150Z", "#dbe6ee")
        + shape("M50 226C110 240 200 240 258 228V250C200 262 110 262 60 250C56 242 52 234 50 226Z", "#a9bccb")
        + circle(76, 176, 9, "#8fa3b3")
    )
    return (
        box(70, 284, 260, 30, p.main, corner=12)
        + box(70, 300, 260, 14, p.dark, corner=7)
        + placed(blade, x=196, y=186, scale=0.9, turn=-16)
    )


def bowls(p: Paint, emblem: str) -> str:
    one = (
        shape("M84 170H316C312 238 262 274 236 278V292H164V278C138 274 88 238 84 170Z", CREAM.main)
        + shape("M274 170H316C312 238 262 274 236 278V292H210C252 262 272 220 274 170Z", CREAM.dark)
        + box(76, 158, 248, 22, p.main, corner=11)
        + stroke("M108 214Q150 246 200 232", p.main, 7)
    )
    return placed(one, x=200, y=146, scale=0.84) + placed(one, x=200, y=236, scale=1)


def chopsticks(p: Paint, emblem: str) -> str:
    pair = "".join(
        placed(
            shape("M186 60H214L208 340H192Z", fill) + box(186, 84, 28, 12, "#f6c843"),
            x=200 + dx,
            y=202,
            scale=0.96,
            turn=turn,
        )
        for dx, turn, fill in ((-58, 12, p.main), (-18, 8, p.dark), (30, 18, p.main), (66, 22, p.dark))
    )
    return pair + box(96, 284, 208, 32, CREAM.main, corner=14) + box(96, 302, 208, 14, CREAM.dark, corner=7)


def food_box(p: Paint, emblem: str) -> str:
    return (
        box(88, 168, 224, 148, "#e4f1f6", corner=22)
        + placed(emblem, x=200, y=236, scale=0.46)
        + box(252, 168, 60, 148, "#cbe2ec", corner=22)
        + stroke("M112 196V280", WHITE, 9)
        + box(76, 132, 248, 44, p.main, corner=16)
        + box(76, 156, 248, 20, p.dark, corner=10)
        + box(66, 160, 20, 44, p.dark, corner=7)
        + box(314, 160, 20, 44, p.dark, corner=7)
    )
