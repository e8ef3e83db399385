"""Drawings of meat, eggs, fish and shellfish."""

from demo.motifs.paint import CREAM, WHITE, Paint, box, circle, oval, placed, shape, stroke


def steak(p: Paint) -> str:
    return (
        shape(
            "M104 178C112 112 190 92 250 112C312 134 328 196 300 246C272 298 212 312 158 298C106 284 96 238 104 178Z",
            "#f8e3d4",
        )
        + shape(
            "M124 184C132 132 196 116 244 132C294 150 306 198 284 238C260 280 210 290 166 278C124 266 118 230 124 184Z",
            p.main,
        )
        + shape("M266 144C300 166 304 202 284 238C260 280 210 290 172 280C250 266 282 206 266 144Z", p.dark)
        + stroke(
            "M150 186C176 170 190 196 214 178M168 232C190 218 206 240 232 224M226 154C236 166 252 164 262 176",
            "#f8d5c8",
            8,
        )
        + circle(256, 244, 17, "#f8e3d4")
    )


def pork_slab(p: Paint) -> str:
    bands = "".join(
        box(96, y, 208, 24, fill)
        for y, fill in ((150, "#f6d3c2"), (174, p.main), (198, "#fbe6da"), (222, p.main), (246, p.dark))
    )
    return (
        shape("M96 150L140 104H346L304 150Z", p.light)
        + shape("M304 150L346 104V230L304 292Z", p.dark)
        + bands
        + box(96, 268, 208, 24, "#fbe6da")
        + box(96, 126, 208, 26, "#cf9d6c", corner=6)
    )


def ribs(p: Paint) -> str:
    bones = "".join(box(108 + i * 46, 92, 22, 226, "#f7eedd", corner=11) for i in range(5))
    meat = shape(
        "M88 146C140 124 260 124 312 146C322 190 322 230 312 272C260 292 140 292 88 272C78 230 78 190 88 146Z", p.main
    )
    lines = "".join(
        stroke(f"M{142 + i * 46} 146C{138 + i * 46} 190 {138 + i * 46} 230 {142 + i * 46} 274", p.dark, 7)
        for i in range(4)
    )
    return bones + meat + lines + stroke("M106 170C116 166 122 164 130 164", p.light, 8)


def drumstick(p: Paint) -> str:
    leg = (
        box(186, 226, 28, 92, "#f7eedd", corner=14)
        + circle(184, 318, 18, "#f7eedd")
        + circle(216, 318, 18, "#f7eedd")
        + shape(
            "M200 76C266 76 296 130 286 184C276 230 236 256 200 258C164 256 124 230 114 184C104 130 134 76 200 76Z",
            p.main,
        )
        + shape("M246 90C280 108 292 148 286 184C276 230 236 256 202 258C264 220 270 140 246 90Z", p.dark)
        + oval(152, 140, 13, 30, p.light, turn=22)
    )
    return placed(leg, x=196, y=206, scale=1, turn=34)


def bird(p: Paint) -> str:
    """A whole dressed chicken or duck on its back."""
    return (
        oval(200, 232, 116, 78, p.main)
        + shape("M270 172C326 200 326 284 250 300C292 262 298 212 270 172Z", p.dark)
        + oval(132, 196, 34, 20, p.light, turn=-34)
        + placed(drumstick(p), x=126, y=214, scale=0.5, turn=-96)
        + placed(drumstick(p), x=284, y=186, scale=0.5, turn=-12)
        + stroke("M180 246C200 258 226 256 244 242", p.dark, 7)
    )


def mince(p: Paint) -> str:
    curls = "".join(
        stroke(f"M{x} {y}q14 -20 28 0q14 20 28 0", p.light if i % 2 else p.dark, 8)
        for i, (x, y) in enumerate(((136, 176), (206, 168), (112, 210), (176, 208), (240, 208), (150, 148), (198, 138)))
    )
    return (
        shape("M92 240C92 170 150 112 200 112C250 112 308 170 308 240Z", p.main)
        + curls
        + shape("M72 232H328L306 292C304 300 298 304 290 304H110C102 304 96 300 94 292Z", CREAM.main)
        + box(72, 228, 256, 20, CREAM.dark, corner=8)
    )


def egg(p: Paint) -> str:
    def one(x: int, y: int, fill: str, turn: int) -> str:
        body = shape(
            "M200 104C250 104 284 182 284 232C284 284 246 312 200 312C154 312 116 284 116 232C116 182 150 104 200 104Z",
            fill,
        )
        return placed(
            body
            + shape("M240 122C268 150 284 196 284 232C284 284 246 312 206 312C272 276 270 182 240 122Z", p.dark)
            + oval(158, 196, 13, 32, p.light, turn=18),
            x=x,
            y=y,
            scale=0.72,
            turn=turn,
        )

    nest = shape("M76 250C110 238 290 238 324 250C316 300 276 322 200 322C124 322 84 300 76 250Z", "#cf9d6c")
    straw = stroke(
        "M92 268C150 284 250 284 308 268M104 292C160 306 240 306 296 292M120 256L140 300M270 258L250 304", "#a8713f", 6
    )
    return one(144, 186, p.main, -14) + one(258, 188, p.main, 14) + one(200, 172, p.main, 0) + nest + straw


def century_egg(p: Paint) -> str:
    half = (
        oval(200, 210, 86, 106, p.main)
        + oval(200, 210, 76, 96, "#6d5a3a")
        + oval(200, 226, 46, 54, "#5f7f6a")
        + oval(200, 230, 28, 34, "#2f3f3a")
        + oval(158, 162, 10, 24, "#a08a5a", turn=24)
    )
    return placed(half, x=150, y=196, scale=0.86, turn=-16) + placed(half, x=258, y=222, scale=0.8, turn=18)


def sausage(p: Paint) -> str:
    one = (
        stroke("M118 176C144 264 256 264 282 176", p.main, 58)
        + stroke("M110 190C140 286 260 286 290 190", p.dark, 16)
        + stroke("M130 176C146 220 180 238 210 238", p.light, 8)
        + stroke("M106 146L96 122M294 146L304 122", "#f2d9b3", 10)
    )
    return placed(one, x=200, y=148, scale=0.82) + placed(one, x=200, y=232, scale=0.92)


def ham(p: Paint) -> str:
    leg = (
        box(272, 120, 26, 96, "#f7eedd", corner=13)
        + shape(
            "M112 214C112 150 176 130 240 142C286 150 300 178 292 212C280 270 236 300 186 300C140 298 112 264 112 214Z",
            p.dark,
        )
        + oval(170, 222, 66, 70, "#f8e3d4", turn=-10)
        + oval(170, 222, 54, 58, p.main, turn=-10)
        + circle(172, 226, 17, "#f7eedd")
    )
    return placed(leg + stroke("M138 196C152 184 168 182 180 186", p.light, 7), x=204, y=206, scale=1.08, turn=-8)


def fish(p: Paint) -> str:
    scales = "".join(
        stroke(f"M{x} {y}q14 14 0 28", p.dark, 4)
        for x, y in ((186, 166), (216, 170), (200, 196), (232, 196), (246, 172), (262, 194))
    )
    return (
        shape("M282 200L342 144C334 182 334 218 342 256Z", p.dark)
        + shape("M148 146C176 102 232 102 254 152Z", p.dark)
        + shape("M184 254C196 284 222 292 240 276L244 244Z", p.dark)
        + shape(
            "M62 204C92 142 186 122 252 156C272 166 288 184 296 200C288 216 272 234 252 244C186 278 92 262 62 204Z",
            p.main,
        )
        + shape("M62 204C110 232 220 238 296 200C288 216 272 234 252 244C186 278 92 262 62 204Z", p.light)
        + stroke("M144 156C164 184 164 224 144 250", p.dark, 6)
        + scales
        + circle(110, 190, 13, WHITE)
        + circle(108, 190, 7, "#2f2731")
        + stroke("M66 208Q80 218 94 214", p.dark, 5)
    )


def fillet(p: Paint) -> str:
    one = (
        shape(
            "M86 244C90 184 160 130 262 128C306 130 322 156 306 186C276 244 190 286 120 282C96 280 84 266 86 244Z",
            p.main,
        )
        + shape(
            "M120 282C190 286 276 244 306 186C312 176 312 164 308 154C290 222 200 268 96 270C102 278 110 282 120 282Z",
            p.dark,
        )
        + stroke(
            "M130 256C150 236 150 222 146 198M174 248C196 226 194 204 188 174M222 226C240 204 238 184 232 150M264 196C274 180 272 166 268 146",
            p.light,
            8,
        )
    )
    return placed(one, x=214, y=160, scale=0.84, turn=6) + placed(one, x=192, y=236, scale=0.88, turn=-4)


def shrimp(p: Paint) -> str:
    return (
        stroke("M262 118C318 92 332 60 326 44M268 128C330 122 346 92 348 72", p.dark, 5)
        + stroke("M250 142C168 104 96 158 108 226C118 284 178 308 232 292", p.main, 66)
        + stroke("M132 176L172 198M116 228L162 228M140 276L172 250M186 306L196 262", p.dark, 7)
        + stroke("M216 120C176 108 140 124 122 154", p.light, 9)
        + shape("M246 108C288 104 318 126 322 148C298 170 262 176 236 168Z", p.main)
        + circle(282, 134, 8, "#2f2731")
        + shape("M228 262L290 242L268 288L294 322L228 316Z", p.dark)
        + stroke("M188 188L210 216M170 214L198 240M178 246L208 260", p.dark, 6)
    )


def crab(p: Paint) -> str:
    legs = "".join(
        stroke(
            f"M{200 + s * 84} {218 + i * 20}L{200 + s * 132} {206 + i * 28}L{200 + s * 142} {240 + i * 26}", p.dark, 10
        )
        for s in (-1, 1)
        for i in range(3)
    )
    claws = "".join(
        stroke(f"M{200 + s * 78} 190L{200 + s * 116} 150", p.dark, 15)
        + shape(
            f"M{200 + s * 96} 146C{200 + s * 84} 96 {200 + s * 120} 66 {200 + s * 152} 74L{200 + s * 124} 104"
            f"L{200 + s * 164} 98C{200 + s * 166} 136 {200 + s * 136} 168 {200 + s * 96} 146Z",
            p.main,
        )
        for s in (-1, 1)
    )
    return (
        legs
        + claws
        + stroke("M172 168L164 138M228 168L236 138", p.dark, 8)
        + circle(163, 134, 11, "#2f2731")
        + circle(237, 134, 11, "#2f2731")
        + shape(
            "M96 224C100 178 150 158 200 158C250 158 300 178 304 224C304 268 256 296 200 296C144 296 96 268 96 224Z",
            p.main,
        )
        + shape("M96 232C120 268 280 268 304 232C300 272 254 296 200 296C146 296 100 272 96 232Z", p.dark)
        + stroke("M158 224Q178 240 200 226Q222 240 242 224", p.dark, 7)
        + oval(140, 196, 20, 9, p.light, turn=-20)
    )


def crayfish(p: Paint) -> str:
    claws = "".join(
        stroke(f"M{200 + s * 34} 168C{200 + s * 90} 160 {200 + s * 92} 130 {200 + s * 84} 116", p.dark, 12)
        + shape(
            f"M{200 + s * 70} 122C{200 + s * 50} 84 {200 + s * 66} 60 {200 + s * 84} 52L{200 + s * 88} 86"
            f"L{200 + s * 112} 64C{200 + s * 124} 96 {200 + s * 108} 128 {200 + s * 70} 122Z",
            p.main,
        )
        for s in (-1, 1)
    )
    rings = "".join(
        box(200 - w, y, w * 2, 30, p.main if i % 2 else p.dark, corner=14)
        for i, (y, w) in enumerate(((206, 48), (230, 44), (254, 38), (276, 30)))
    )
    legs = "".join(
        stroke(f"M{200 + s * 44} {196 + i * 22}L{200 + s * 84} {208 + i * 24}", p.dark, 7)
        for s in (-1, 1)
        for i in range(3)
    )
    return (
        claws
        + legs
        + shape("M200 294L160 336Q200 320 240 336Z", p.main)
        + rings
        + shape("M200 104C232 118 252 160 248 214Q200 232 152 214C148 160 168 118 200 104Z", p.main)
        + circle(180, 150, 8, "#2f2731")
        + circle(220, 150, 8, "#2f2731")
        + stroke("M200 168V206", p.dark, 6)
    )


def shell(p: Paint) -> str:
    """A ribbed fan: clams, scallops."""
    ribs_ = "".join(
        stroke(f"M200 292L{x} {y}", p.dark, 6)
        for x, y in ((112, 178), (142, 140), (180, 120), (220, 120), (258, 140), (288, 178))
    )
    return (
        shape("M168 284H232L248 318H152Z", p.dark)
        + shape(
            "M200 300C150 290 92 240 92 188C92 132 140 100 200 100C260 100 308 132 308 188C308 240 250 290 200 300Z",
            p.main,
        )
        + ribs_
        + stroke("M116 196C130 146 160 124 196 122", p.light, 8)
    )


def oyster(p: Paint) -> str:
    return (
        shape(
            "M112 262C84 196 118 110 200 92C276 88 322 152 306 220C292 288 232 322 176 312C146 306 122 288 112 262Z",
            p.dark,
        )
        + shape(
            "M134 250C114 200 142 130 204 116C258 114 294 160 282 214C270 266 224 294 182 288C158 284 142 272 134 250Z",
            "#f4efe6",
        )
        + shape(
            "M160 240C150 202 176 160 212 156C244 158 260 186 250 216C240 248 210 264 186 260C172 258 164 252 160 240Z",
            p.main,
        )
        + oval(196, 192, 12, 24, p.light, turn=28)
    )


def mussel(p: Paint) -> str:
    one = (
        shape(
            "M104 280C96 210 160 108 270 92C312 96 318 140 300 184C272 250 180 312 124 300C112 296 106 290 104 280Z",
            p.main,
        )
        + shape(
            "M124 300C180 312 272 250 300 184C308 164 310 146 306 130C284 206 200 280 108 288C112 294 116 298 124 300Z",
            p.dark,
        )
        + stroke("M132 262C150 206 200 150 256 126", p.light, 7)
    )
    return placed(one, x=222, y=164, scale=0.78, turn=16) + placed(one, x=184, y=228, scale=0.82, turn=-8)


def razor_clam(p: Paint) -> str:
    one = (
        box(164, 84, 72, 236, p.main, corner=30)
        + box(206, 84, 30, 236, p.dark, corner=15)
        + stroke("M176 130H224M176 170H224M176 210H224", p.light, 5)
        + oval(200, 84, 22, 22, "#f8e3d4")
    )
    return (
        placed(one, x=150, y=210, scale=0.86, turn=-16)
        + placed(one, x=204, y=196, scale=0.92)
        + placed(one, x=260, y=214, scale=0.84, turn=16)
    )


def seaweed(p: Paint) -> str:
    return "".join(
        stroke(f"M{x} 318C{x - 30} 270 {x + 34} 228 {x} 180C{x - 26} 144 {x + 20} 116 {x + 6} {top}", fill, 28)
        for x, top, fill in ((138, 118, p.dark), (264, 110, p.dark), (200, 84, p.main))
    ) + stroke("M200 312C176 270 228 230 200 184", p.light, 6)


def sea_cucumber(p: Paint) -> str:
    bumps = [(96 + i * 26, 160 - (i % 2) * 14 + abs(i - 4) * 4) for i in range(9)]
    return (
        "".join(shape(f"M{x - 14} {y + 30}L{x} {y - 10}L{x + 14} {y + 30}Z", p.dark) for x, y in bumps)
        + shape(
            "M76 216C86 172 140 160 200 160C260 160 314 172 324 216C322 262 260 276 200 276C140 276 80 262 76 216Z",
            p.main,
        )
        + shape("M76 226C120 256 280 256 324 226C316 264 258 276 200 276C142 276 84 264 76 226Z", p.dark)
        + "".join(circle(x, 206 + (i % 2) * 16, 7, p.light) for i, x in enumerate(range(118, 290, 28)))
    )
