"""Drawings of fruit: each fills the square from 80 to 320."""

from demo.motifs.paint import LEAF, STEM, WHITE, Paint, around, circle, oval, placed, shape, stroke


def apple(p: Paint) -> str:
    return (
        shape(
            "M200 130C160 98 92 118 90 194C88 262 134 318 172 316C188 315 192 309 200 309C208 309 212 315 228 316"
            "C266 318 312 262 310 194C308 118 240 98 200 130Z",
            p.main,
        )
        + shape(
            "M252 115C290 128 309 158 310 194C312 262 266 318 228 316C222 316 217 314 213 312C262 288 284 190 252 115Z",
            p.dark,
        )
        + oval(136, 178, 15, 34, p.light, turn=24)
        + stroke("M200 136C199 116 204 96 214 80", STEM, 10)
        + shape("M210 108C226 74 262 68 284 78C274 108 240 122 210 108Z", LEAF)
    )


def pear(p: Paint) -> str:
    return (
        shape(
            "M200 96C168 96 158 124 156 152C153 184 106 206 106 254C106 300 150 320 200 320C250 320 294 300 294 254"
            "C294 206 247 184 244 152C242 124 232 96 200 96Z",
            p.main,
        )
        + shape(
            "M226 104C240 116 243 136 244 152C247 184 294 206 294 254C294 300 250 320 208 320"
            "C274 286 262 206 232 178C220 160 226 124 226 104Z",
            p.dark,
        )
        + oval(142, 248, 13, 32, p.light, turn=16)
        + "".join(circle(x, y, 4, p.dark) for x, y in ((180, 220), (196, 276), (218, 244), (176, 180)))
        + stroke("M200 100C200 86 206 76 214 68", STEM, 10)
        + shape("M208 92C226 66 254 66 270 74C258 98 232 104 208 92Z", LEAF)
    )


def citrus(p: Paint) -> str:
    spokes = "".join(
        placed(shape("M200 192L178 148Q200 134 222 148Z", p.light), x=254, y=252, scale=1, turn=turn)
        for turn in range(0, 360, 60)
    )
    return (
        circle(172, 198, 92, p.main)
        + shape("M226 124A92 92 0 0 1 176 290A110 110 0 0 0 226 124Z", p.dark)
        + oval(132, 160, 14, 28, p.light, turn=40)
        + shape("M176 110C188 78 224 74 246 86C234 114 204 124 176 110Z", LEAF)
        + circle(254, 252, 70, p.dark)
        + circle(254, 252, 64, WHITE)
        + circle(254, 252, 57, p.main)
        + spokes
    )


def pomelo(p: Paint) -> str:
    return (
        shape(
            "M200 92C252 92 312 160 312 222C312 282 262 318 200 318C138 318 88 282 88 222C88 160 148 92 200 92Z", p.main
        )
        + shape("M238 106C282 130 312 180 312 222C312 282 262 318 204 318C284 284 286 180 238 106Z", p.dark)
        + oval(140, 204, 15, 36, p.light, turn=24)
        + shape("M204 100C222 66 260 62 282 74C270 104 236 116 204 100Z", LEAF)
        + stroke("M200 98L198 80", STEM, 10)
    )


def grapes(p: Paint) -> str:
    rows = (
        (152, 152),
        (200, 146),
        (248, 152),
        (128, 194),
        (176, 192),
        (224, 192),
        (272, 194),
        (152, 236),
        (200, 234),
        (248, 236),
        (176, 276),
        (224, 276),
        (200, 312),
    )
    bunch = "".join(
        circle(x, y, 27, p.dark if i % 3 == 2 else p.main) + circle(x - 8, y - 9, 6, p.light)
        for i, (x, y) in enumerate(rows)
    )
    return (
        stroke("M200 130C200 106 208 90 220 76", STEM, 10)
        + shape("M204 118C150 130 130 100 134 72C172 62 210 82 204 118Z", LEAF)
        + bunch
    )


def berry(p: Paint) -> str:
    def one(x: int, y: int) -> str:
        return (
            circle(x, y, 56, p.main)
            + shape(f"M{x + 22} {y - 51}A56 56 0 0 1 {x} {y + 56}A74 74 0 0 0 {x + 22} {y - 51}Z", p.dark)
            + circle(x - 20, y - 18, 10, p.light)
        )

    star = shape(
        "M200 116L208 134L228 132L216 148L228 164L208 162L200 180L192 162L172 164L184 148L172 132L192 134Z", p.dark
    )
    return (
        shape("M214 108C236 72 280 76 298 94C280 122 240 130 214 108Z", LEAF)
        + one(200, 152)
        + star
        + one(142, 246)
        + one(256, 246)
    )


def bramble(p: Paint) -> str:
    rows = (
        (168, 150),
        (200, 144),
        (232, 150),
        (150, 184),
        (184, 182),
        (216, 182),
        (250, 184),
        (152, 220),
        (184, 220),
        (216, 220),
        (248, 220),
        (166, 256),
        (200, 258),
        (234, 256),
        (184, 290),
        (216, 290),
    )
    return (
        stroke("M200 128L206 88", STEM, 9)
        + "".join(
            circle(x, y, 23, p.dark if i % 4 == 3 else p.main) + circle(x - 7, y - 7, 5, p.light)
            for i, (x, y) in enumerate(rows)
        )
        + shape(
            "M200 136C166 140 148 124 144 106C172 98 192 108 200 128C208 106 230 98 256 106C252 126 232 140 200 136Z",
            LEAF,
        )
    )


def strawberry(p: Paint) -> str:
    seeds = (
        (150, 190),
        (200, 180),
        (250, 190),
        (170, 226),
        (226, 226),
        (200, 262),
        (148, 232),
        (254, 236),
        (180, 288),
        (222, 286),
    )
    return (
        shape(
            "M200 324C164 312 96 244 98 180C100 134 152 122 200 142C248 122 300 134 302 180C304 244 236 312 200 324Z",
            p.main,
        )
        + shape("M262 128C288 134 301 152 302 180C304 244 236 312 200 324C262 272 288 196 262 128Z", p.dark)
        + "".join(oval(x, y, 4.5, 7, "#fbe3a0") for x, y in seeds)
        + shape(
            "M200 152C174 168 146 160 126 142C144 128 156 126 166 126C154 112 156 98 162 90C182 94 194 104 200 118"
            "C206 104 218 94 238 90C244 98 246 112 234 126C244 126 256 128 274 142C254 160 226 168 200 152Z",
            LEAF,
        )
        + stroke("M200 122L206 84", LEAF, 9)
    )


def peach(p: Paint) -> str:
    return (
        shape(
            "M200 122C150 88 86 134 90 206C94 270 150 316 200 318C250 316 306 270 310 206C314 134 250 88 200 122Z",
            p.main,
        )
        + shape("M200 122C250 88 314 134 310 206C306 270 250 316 200 318C246 268 246 180 200 122Z", p.dark)
        + oval(138, 186, 16, 34, p.light, turn=22)
        + stroke("M200 124C196 108 200 92 206 80", STEM, 10)
        + shape("M196 112C168 112 138 94 130 66C166 62 194 80 196 112Z", LEAF)
        + shape("M204 112C216 76 252 68 280 80C268 108 234 122 204 112Z", "#74b563")
    )


def plum(p: Paint) -> str:
    def one(x: int, y: int) -> str:
        return (
            oval(x, y, 66, 72, p.main)
            + shape(
                f"M{x + 14} {y - 70}C{x + 84} {y - 52} {x + 84} {y + 60} {x + 4} {y + 72}"
                f"C{x + 40} {y + 20} {x + 38} {y - 36} {x + 14} {y - 70}Z",
                p.dark,
            )
            + oval(x - 30, y - 20, 10, 22, p.light, turn=20)
        )

    return (
        stroke("M168 150L196 84M258 176L200 84", STEM, 8)
        + one(256, 248)
        + one(148, 212)
        + shape("M198 92C216 62 258 60 280 76C262 104 226 112 198 92Z", LEAF)
    )


def cherries(p: Paint) -> str:
    return (
        stroke("M146 224C150 160 176 114 222 84M262 236C264 170 246 118 222 84", LEAF, 9)
        + shape("M222 88C240 62 284 64 304 84C284 108 246 112 222 88Z", LEAF)
        + circle(142, 258, 58, p.main)
        + circle(258, 268, 54, p.dark)
        + oval(122, 240, 10, 18, p.light, turn=30)
        + oval(240, 252, 9, 16, p.light, turn=30)
    )


def banana(p: Paint) -> str:
    one = shape(
        "M112 116C104 216 168 308 296 292C312 288 316 272 304 266C226 254 172 200 152 110C148 96 114 98 112 116Z",
        p.main,
    )
    return (
        placed(one, x=222, y=180, scale=0.94, turn=-22)
        + one
        + shape("M112 132C116 224 190 302 306 286C314 278 312 270 304 266C214 280 142 220 112 132Z", p.dark)
        + shape("M112 120C110 104 112 88 120 78L142 82C144 92 148 100 152 112C140 118 124 120 112 120Z", STEM)
        + oval(300, 280, 9, 11, STEM)
    )


def mango(p: Paint) -> str:
    return (
        shape(
            "M130 140C176 84 282 102 308 190C326 256 276 312 208 310C134 308 84 262 92 206C96 176 112 162 130 140Z",
            p.main,
        )
        + shape("M236 104C276 114 300 148 308 190C326 256 276 312 214 310C288 268 290 172 236 104Z", p.dark)
        + oval(138, 200, 14, 36, p.light, turn=24)
        + stroke("M140 132L124 106", STEM, 10)
        + shape("M126 112C140 72 190 62 222 76C204 108 164 124 126 112Z", LEAF)
    )


def spikes(color: str) -> str:
    places = [(x, y) for y in (176, 212, 248, 284) for x in (144, 182, 220, 258)]
    return "".join(shape(f"M{x - 15} {y + 10}L{x} {y - 16}L{x + 15} {y + 10}Z", color) for x, y in places)


def pineapple(p: Paint) -> str:
    crown = "".join(
        placed(
            shape("M186 204C180 160 190 130 200 112C210 130 220 160 214 204Z", LEAF),
            x=200 + dx,
            y=116,
            scale=0.8,
            turn=t,
        )
        for dx, t in ((-26, -34), (26, 34), (-12, -14), (12, 14))
    )
    body = shape(
        "M200 134C262 134 294 178 292 230C290 288 252 324 200 324C148 324 110 288 108 230C106 178 138 134 200 134Z",
        p.main,
    )
    return crown + body + spikes(p.dark) + oval(136, 206, 8, 30, p.light, turn=12)


def durian(p: Paint) -> str:
    thorns = "".join(
        placed(shape("M180 214L200 174L220 214Z", p.dark), x=x, y=y, scale=1, turn=t)
        for x, y, t in around(18, x=200, y=214, radius=100)
    )
    split = oval(232, 238, 42, 58, "#fdf1c8", turn=20) + oval(232, 238, 28, 44, "#f6d468", turn=20)
    return stroke("M200 120L206 84", STEM, 18) + thorns + circle(200, 214, 98, p.main) + spikes(p.dark) + split


def halved(p: Paint) -> str:
    """A round fruit and its cut half with a ring of seeds: kiwi, dragon fruit, passion fruit."""
    seeds = "".join(oval(x, y, 4, 8, "#3b2f2f", turn=t) for x, y, t in around(12, x=238, y=236, radius=40))
    return (
        oval(150, 176, 74, 84, p.dark)
        + oval(126, 146, 12, 24, p.main, turn=24)
        + circle(238, 236, 86, p.dark)
        + circle(238, 236, 76, p.main)
        + circle(238, 236, 30, p.light)
        + seeds
    )


def lychee(p: Paint) -> str:
    bumps = "".join(
        circle(x, y, 6, p.dark)
        for x, y in ((110, 190), (136, 172), (166, 180), (124, 222), (152, 214), (178, 226), (140, 252))
    )
    return (
        stroke("M146 156C160 120 184 96 214 80", STEM, 9)
        + shape("M190 98C212 66 256 66 276 82C254 110 218 116 190 98Z", LEAF)
        + circle(146, 212, 66, p.main)
        + bumps
        + circle(254, 252, 62, p.main)
        + circle(254, 248, 54, CREAMY)
        + oval(236, 226, 9, 18, WHITE, turn=30)
        + shape("M196 262A60 60 0 0 0 312 262Q254 292 196 262Z", p.main)
    )


CREAMY = "#fdf6ea"


def coconut(p: Paint) -> str:
    return (
        circle(188, 212, 104, p.main)
        + shape("M244 124A104 104 0 0 1 190 316A130 130 0 0 0 244 124Z", p.dark)
        + oval(172, 134, 62, 24, CREAMY)
        + oval(172, 136, 46, 15, "#d8ecf2")
        + stroke("M184 134L226 66L254 60", "#e2483d", 9)
        + oval(118, 218, 11, 30, p.light, turn=10)
    )


def watermelon(p: Paint) -> str:
    seeds = ((150, 176), (200, 172), (250, 176), (174, 214), (226, 214), (200, 250))
    return (
        shape("M70 146A130 130 0 0 0 330 146L318 136L82 136Z", "#3b7f43")
        + shape("M84 146A116 116 0 0 0 316 146Z", "#d9eebd")
        + shape("M94 146A106 106 0 0 0 306 146Z", p.main)
        + "".join(oval(x, y, 6, 9, "#3b2f2f") for x, y in seeds)
        + shape("M250 146H306A106 106 0 0 1 214 251A130 130 0 0 0 250 146Z", p.dark)
        + "".join(oval(x, y, 6, 9, "#3b2f2f") for x, y in seeds[2:5:2])
    )


def melon(p: Paint) -> str:
    lines = "".join(stroke(f"M200 108C{200 + k} 150 {200 + k} 270 200 314", p.dark, 5) for k in (-120, -62, 0, 62, 120))
    return (
        oval(200, 211, 106, 104, p.main)
        + oval(140, 180, 14, 34, p.light, turn=22)
        + lines
        + stroke("M200 110C200 90 214 80 232 78", LEAF, 11)
    )
