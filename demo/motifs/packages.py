"""Drawings of bottles, bags and boxes for food; each bears a small emblem of what is inside."""

from demo.motifs.paint import CREAM, LEAF, WHITE, Paint, box, circle, oval, placed, shape, stroke


def badge(emblem: str, *, x: float, y: float, radius: float = 50) -> str:
    return circle(x, y, radius, WHITE) + placed(emblem, x=x, y=y, scale=radius / 190)


def carton(p: Paint, emblem: str) -> str:
    return (
        shape("M128 150L150 92H262L284 150Z", p.light)
        + box(150, 70, 112, 26, p.dark, corner=5)
        + box(120, 148, 172, 174, CREAM.main, corner=6)
        + box(248, 148, 44, 174, CREAM.dark, corner=6)
        + shape("M262 92L284 150H292L270 88Z", p.dark)
        + shape("M120 262C160 240 200 290 292 256V316Q292 322 286 322H126Q120 322 120 316Z", p.main)
        + badge(emblem, x=186, y=206, radius=46)
    )


def milk_bottle(p: Paint, emblem: str) -> str:
    return (
        box(160, 74, 80, 34, p.main, corner=10)
        + shape(
            "M168 106H232C232 140 282 150 282 200V296Q282 322 256 322H144Q118 322 118 296V200C118 150 168 140 168 106Z",
            CREAM.main,
        )
        + shape("M232 106C232 140 282 150 282 200V296Q282 322 256 322H236C262 250 254 170 218 106Z", CREAM.dark)
        + box(118, 204, 164, 86, p.main)
        + badge(emblem, x=200, y=246, radius=44)
    )


def cup(p: Paint, emblem: str) -> str:
    return (
        shape("M106 132H294L272 306Q270 322 254 322H146Q130 322 128 306Z", CREAM.main)
        + shape("M252 132H294L272 306Q270 322 254 322H226Z", CREAM.dark)
        + shape("M112 176H288L278 262H122Z", p.main)
        + shape("M250 176H288L278 262H238Z", p.dark)
        + box(94, 108, 212, 30, p.light, corner=12)
        + shape("M286 116L326 92L318 132Z", p.light)
        + badge(emblem, x=192, y=220, radius=46)
    )


def pouch(p: Paint, emblem: str) -> str:
    """A pillow bag of snacks, tea or coffee."""
    return (
        shape("M104 96H296L288 140C304 200 304 250 290 318H110C96 250 96 200 112 140Z", p.main)
        + shape("M262 96H296L288 140C304 200 304 250 290 318H246C274 250 276 170 262 96Z", p.dark)
        + box(100, 82, 200, 30, p.light, corner=4)
        + stroke("M112 97H288", p.main, 4)
        + stroke("M130 150C122 190 122 230 128 270", p.light, 9)
        + badge(emblem, x=198, y=218, radius=66)
    )


def sack(p: Paint, emblem: str) -> str:
    """A flat-bottomed bag for rice, flour and beans, tied at the neck."""
    return (
        shape(
            "M148 112C120 96 128 72 150 78C166 66 186 82 200 74C216 82 234 66 250 78C272 72 280 96 252 112Z", CREAM.dark
        )
        + shape(
            "M150 110C104 142 82 208 92 292C94 314 108 322 128 322H272C292 322 306 314 308 292C318 208 296 142 250 110Z",
            CREAM.main,
        )
        + shape("M250 110C296 142 318 208 308 292C306 314 292 322 272 322H236C282 256 276 166 226 110Z", CREAM.dark)
        + box(144, 100, 112, 20, p.main, corner=10)
        + shape(
            "M90 236C150 258 250 258 310 236C312 256 311 276 308 292C306 314 292 322 272 322H128"
            "C108 322 94 314 92 292C89 272 88 254 90 236Z",
            p.main,
        )
        + badge(emblem, x=198, y=206, radius=56)
    )


def noodle_pack(p: Paint, emblem: str) -> str:
    strands = "".join(box(128 + i * 16, 84, 10, 236, "#f2dca6" if i % 2 else "#e0c27d", corner=5) for i in range(9))
    return (
        strands
        + box(108, 168, 184, 98, p.main, corner=10)
        + box(108, 244, 184, 22, p.dark, corner=10)
        + badge(emblem, x=200, y=214, radius=42)
    )


def noodle_bowl(p: Paint, emblem: str) -> str:
    waves = "".join(
        stroke(
            f"M{92 + i * 4} {y}q18 -26 36 0q18 26 36 0q18 -26 36 0q18 26 36 0q18 -26 36 0",
            "#f2dca6" if i % 2 else "#e0c27d",
            13,
        )
        for i, y in enumerate((186, 200, 172))
    )
    return (
        stroke("M222 190L316 82M242 194L336 96", "#7f5129", 9)
        + waves
        + circle(148, 164, 26, WHITE)
        + circle(148, 164, 13, "#f6c843")
        + box(186, 148, 20, 12, LEAF, corner=6)
        + box(216, 160, 20, 12, LEAF, corner=6)
        + shape("M70 204H330C328 262 280 306 252 312V324H148V312C120 306 72 262 70 204Z", p.main)
        + shape("M284 204H330C328 262 280 306 252 312V324H216V312C262 296 284 250 284 204Z", p.dark)
        + box(62, 196, 276, 20, p.light, corner=10)
        + badge(emblem, x=190, y=260, radius=32)
    )


def oil_bottle(p: Paint, emblem: str) -> str:
    return (
        box(174, 66, 52, 40, "#c0392b", corner=8)
        + shape(
            "M180 104H220C222 136 272 146 272 196V300Q272 322 250 322H150Q128 322 128 300V196C128 146 178 136 180 104Z",
            p.main,
        )
        + shape("M220 104C222 136 272 146 272 196V300Q272 322 250 322H230C256 250 246 164 206 104Z", p.dark)
        + stroke("M148 200V286", p.light, 9)
        + box(128, 208, 144, 82, CREAM.main)
        + badge(emblem, x=200, y=249, radius=39)
    )


def oil_jug(p: Paint, emblem: str) -> str:
    return (
        box(138, 66, 52, 34, "#c0392b", corner=8)
        + stroke("M228 118C296 112 302 150 300 196", p.dark, 24)
        + shape(
            "M144 98H186C190 118 232 112 258 134C284 154 290 184 290 214V298Q290 322 266 322H122Q98 322 98 298V196C98 150 142 140 144 98Z",
            p.main,
        )
        + shape("M244 126C284 148 290 184 290 214V298Q290 322 266 322H238C268 250 268 180 244 126Z", p.dark)
        + stroke("M118 200V292", p.light, 10)
        + box(98, 210, 192, 84, CREAM.main)
        + badge(emblem, x=194, y=252, radius=40)
    )


def sauce_bottle(p: Paint, emblem: str) -> str:
    return (
        box(178, 62, 44, 38, "#c0392b", corner=8)
        + shape(
            "M182 98H218V132C218 152 258 158 258 196V302Q258 322 238 322H162Q142 322 142 302V196C142 158 182 152 182 132Z",
            p.main,
        )
        + shape("M206 98H218V132C218 152 258 158 258 196V302Q258 322 238 322H222C240 250 236 176 206 142Z", p.dark)
        + stroke("M160 196V290", p.light, 7)
        + box(142, 202, 116, 88, CREAM.main)
        + box(142, 202, 116, 12, "#c0392b")
        + badge(emblem, x=200, y=252, radius=36)
    )


def jar(p: Paint, emblem: str) -> str:
    return (
        box(122, 84, 156, 44, "#c0392b", corner=10)
        + box(122, 112, 156, 16, "#962d22", corner=6)
        + shape(
            "M128 128H272C300 146 302 164 302 186V294Q302 322 274 322H126Q98 322 98 294V186C98 164 100 146 128 128Z",
            p.main,
        )
        + shape("M272 128C300 146 302 164 302 186V294Q302 322 274 322H240C272 262 274 180 246 128Z", p.dark)
        + stroke("M116 190V286", p.light, 9)
        + box(98, 186, 204, 96, CREAM.main)
        + badge(emblem, x=200, y=234, radius=44)
    )


def shaker(p: Paint, emblem: str) -> str:
    return (
        shape("M148 118C148 84 172 72 200 72C228 72 252 84 252 118Z", p.dark)
        + "".join(circle(x, y, 4, WHITE) for x, y in ((180, 94), (200, 88), (220, 94), (190, 106), (210, 106)))
        + box(138, 116, 124, 206, "#f3f0ea", corner=18)
        + box(150, 160, 100, 150, p.main, corner=12)
        + box(218, 160, 32, 150, p.dark, corner=12)
        + badge(emblem, x=200, y=232, radius=44)
    )


def tin(p: Paint, emblem: str) -> str:
    return (
        oval(200, 102, 88, 24, p.light)
        + box(112, 102, 176, 44, p.dark)
        + oval(200, 146, 88, 22, p.dark)
        + shape("M118 146C140 170 260 170 282 146V300C260 328 140 328 118 300Z", p.main)
        + shape("M246 162C264 158 276 154 282 146V300C276 308 262 314 246 318Z", p.dark)
        + badge(emblem, x=190, y=234, radius=52)
        + oval(200, 98, 34, 9, p.main)
    )


def coffee_cup(p: Paint, emblem: str) -> str:
    return (
        stroke("M152 118q-16 -20 0 -42M200 112q-16 -20 0 -42M248 118q-16 -20 0 -42", WHITE, 9)
        + stroke("M290 170C344 166 344 248 276 250", p.main, 20)
        + shape("M96 144H304C304 244 268 296 246 300H154C132 296 96 244 96 144Z", p.main)
        + shape("M262 144H304C304 244 268 296 246 300H208C244 270 262 210 262 144Z", p.dark)
        + oval(200, 146, 104, 22, p.light)
        + oval(200, 148, 90, 16, "#5a3a28")
        + box(84, 304, 232, 18, p.light, corner=9)
        + badge(emblem, x=188, y=226, radius=36)
    )


def glass(p: Paint, emblem: str) -> str:
    """A tall glass with a straw."""
    return (
        stroke("M214 150L244 62L276 54", "#e2483d", 11)
        + shape("M112 116H288L266 304Q264 322 246 322H154Q136 322 134 304Z", "#eef6fa")
        + shape("M118 158H282L266 300Q264 314 248 314H152Q136 314 134 300Z", p.main)
        + shape("M244 158H282L266 300Q264 314 248 314H220Z", p.dark)
        + oval(200, 158, 82, 14, p.light)
        + placed(box(170, 170, 60, 60, "#f7fcff", corner=12), x=160, y=190, scale=0.7, turn=14)
        + badge(emblem, x=196, y=248, radius=42)
    )


def juice_bottle(p: Paint, emblem: str) -> str:
    return (
        box(164, 64, 72, 38, "#3b7f43", corner=9)
        + shape(
            "M168 100H232C232 134 274 142 274 186V298Q274 322 250 322H150Q126 322 126 298V186C126 142 168 134 168 100Z",
            p.main,
        )
        + shape("M232 100C232 134 274 142 274 186V298Q274 322 250 322H226C254 250 250 160 214 100Z", p.dark)
        + stroke("M146 190V292", p.light, 9)
        + badge(emblem, x=198, y=226, radius=56)
    )


def water_bottle(p: Paint, emblem: str) -> str:
    return (
        box(172, 58, 56, 34, p.dark, corner=8)
        + shape(
            "M178 92H222C222 122 262 132 262 168V298Q262 322 238 322H162Q138 322 138 298V168C138 132 178 122 178 92Z",
            p.light,
        )
        + shape("M222 92C222 122 262 132 262 168V298Q262 322 238 322H218C244 250 240 160 206 92Z", p.main)
        + stroke("M146 162Q200 178 254 162M142 292Q200 306 258 292", p.main, 6)
        + box(138, 186, 124, 88, p.dark)
        + badge(emblem, x=200, y=230, radius=38)
        + stroke("M156 140V176", WHITE, 7)
    )


def can(p: Paint, emblem: str) -> str:
    return (
        shape("M138 96H262L276 124V294L262 320H138L124 294V124Z", p.main)
        + shape("M238 96H262L276 124V294L262 320H230Z", p.dark)
        + oval(200, 98, 62, 16, "#dbe6ee")
        + oval(200, 98, 22, 6, "#7f95a8")
        + box(130, 306, 140, 14, "#a9bccb", corner=6)
        + stroke("M142 136V282", p.light, 9)
        + badge(emblem, x=198, y=210, radius=52)
    )


def gift_box(p: Paint, emblem: str) -> str:
    return (
        box(82, 160, 236, 156, p.main, corner=8)
        + box(240, 160, 78, 156, p.dark, corner=8)
        + box(70, 124, 260, 48, p.light, corner=8)
        + box(182, 124, 36, 192, "#f6c843")
        + shape("M200 126C150 66 104 92 128 126ZM200 126C250 66 296 92 272 126Z", "#dba41f")
        + badge(emblem, x=200, y=244, radius=50)
    )


def frozen_bag(p: Paint, emblem: str) -> str:
    flake = stroke("M262 112V180M232.5 129L291.5 163M291.5 129L232.5 163", WHITE, 7)
    return (
        shape("M92 104H308L300 130V290L308 318H92L100 290V130Z", p.main)
        + shape("M262 104H308L300 130V290L308 318H250Z", p.dark)
        + box(88, 90, 224, 26, p.light, corner=4)
        + box(88, 306, 224, 20, p.light, corner=4)
        + flake
        + badge(emblem, x=188, y=222, radius=68)
    )
