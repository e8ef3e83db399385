"""A printed sheet: Chinese and Latin text, lines, marks and barcodes, measured in millimetres from the top left."""

import logging
import re
from collections.abc import Callable, Sequence
from typing import Literal

from fpdf import FPDF
from pylopdf_fonts_zh_cn import sans_path

from adapters.paper import code128

FONT = "sans"
POINT = 25.4 / 72  # millimetres
LEADING = 1.35  # of a line, in sizes
THIN, THICK = 0.2, 0.6

logging.getLogger("fontTools").setLevel(logging.WARNING)  # tells every table of the font otherwise

_CHINESE, _CLOSING = "\u2e80-\uffef", "，。、；：！？）》」』”’…·"
_PIECES = re.compile(rf"\n|[^\S\n]+|[{_CHINESE}][{_CLOSING}]*|[^\s{_CHINESE}]+[{_CLOSING}]*")

Align = Literal["L", "C", "R"]


class Sheet:
    """Pages of one size, drawn from the top. Drawing takes some tenths of a second of work: call it in a thread."""

    def __init__(self, width: float, height: float, *, title: str) -> None:
        self.width, self.height = width, height
        self._pdf = FPDF(unit="mm", format=(width, height))
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.add_font(FONT, fname=sans_path())
        self._pdf.set_title(title)
        self._pdf.set_lang("zh-CN")
        self.add_page()

    def add_page(self) -> None:
        """Begin the next page."""
        self._pdf.add_page()

    def text(self, x: float, y: float, words: str, *, size: float, width: float, align: Align = "L") -> None:
        """One line whose top is at `y`, cut off where it does not fit into `width`."""
        self._font(size)
        self._pdf.set_xy(x, y)
        self._pdf.cell(width, _line(size), self._fitting(words, width), align=align)

    def block(self, x: float, y: float, words: str, *, size: float, width: float, most_lines: int = 99) -> float:
        """Several lines; gives where they end."""
        self._font(size)
        lines = broken(words, width, measure=self._pdf.get_string_width)
        for line in lines[:most_lines]:
            self._pdf.set_xy(x, y)
            self._pdf.cell(width, _line(size), line)
            y += _line(size)
        return y

    def rule(self, y: float, *, left: float, right: float, thick: bool = False) -> None:
        """A line from left to right."""
        self._pdf.set_line_width(THICK if thick else THIN)
        self._pdf.line(left, y, right, y)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """An empty box, to be ticked or signed in."""
        self._pdf.set_line_width(THIN)
        self._pdf.rect(x, y, width, height)

    def mark(self, x: float, y: float, words: str, *, size: float, width: float) -> None:
        """Words in white on black, to be seen across a hall."""
        height = _line(size) * 1.25
        self._pdf.set_fill_color(0)
        self._pdf.rect(x, y, width, height, style="F")
        self._pdf.set_text_color(255)
        self._font(size)
        self._pdf.set_xy(x, y)
        self._pdf.cell(width, height, self._fitting(words, width), align="C")
        self._pdf.set_text_color(0)

    def barcode(self, x: float, y: float, code: str, *, width: float, height: float) -> None:
        """A Code 128 that fills the width with its quiet zones, and the code in letters under it."""
        bars = code128.widths(code)
        module = width / (sum(bars) + 2 * code128.QUIET)
        left = x + code128.QUIET * module
        self._pdf.set_fill_color(0)
        for place, bar in enumerate(bars):
            if place % 2 == 0:
                self._pdf.rect(left, y, bar * module, height, style="F")
            left += bar * module
        self.text(x, y + height + 0.5, code, size=9, width=width, align="C")

    def row(
        self, y: float, cells: Sequence[str], *, left: float, widths: Sequence[float], size: float = 9, right: int = 0
    ) -> float:
        """Cells beside each other, the last `right` of them to the right; gives where the row ends."""
        x = left
        for place, (words, width) in enumerate(zip(cells, widths, strict=True)):
            align: Align = "R" if place >= len(cells) - right else "L"
            self.text(x, y, words, size=size, width=width - 1, align=align)
            x += width
        return y + _line(size) + 0.8

    def pdf(self) -> bytes:
        """The finished document."""
        return bytes(self._pdf.output())

    def _font(self, size: float) -> None:
        self._pdf.set_font(FONT, size=size)

    def _fitting(self, words: str, width: float) -> str:
        if self._pdf.get_string_width(words) <= width:
            return words
        while words and self._pdf.get_string_width(words + "…") > width:
            words = words[:-1]
        return words + "…"


def _line(size: float) -> float:
    return size * POINT * LEADING


def broken(words: str, width: float, *, measure: Callable[[str], float]) -> list[str]:
    """Words as lines of at most `width`: Chinese breaks anywhere, other words do not, and no line begins with a mark
    that closes what stands before it."""
    lines = [""]
    for piece in _PIECES.findall(words):
        if piece == "\n":
            lines.append("")
        elif lines[-1] and measure((lines[-1] + piece).rstrip()) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]
