"""Reads a CSV file row by row, in groups of rows that belong together, whatever is broken in it."""

import csv
import io
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from domain.catalog.records import FileRefused, Limits, Raw

csv.field_size_limit(2**31 - 1)  # a long cell is a problem of its product, not the end of the file; see `Limits`

UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Row:
    """A row by its first line. Cells by column; None, with a reason, when it is no row."""

    line: int
    cells: dict[str, str] | None
    extra: Sequence[str] = ()
    broken: str = ""


@dataclass(slots=True)
class Group:
    """The rows of one product, in the order of the file. `header` is the heading of the file."""

    header: Sequence[str]
    rows: list[Row] = field(default_factory=list)


class _Lines:
    """The lines of a text, remembering where the row that is being read began."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.first: str | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if self.first is None:
            self.first = line
        return line


def read_groups(path: Path, *, key: str, needed: Sequence[str], limits: Limits) -> Generator[Raw, None, None]:
    """Groups of neighbouring rows with the same `key` cell. Refuses a heading that lacks a needed column."""
    with path.open("rb") as file:
        if file.read(2) in UTF16:
            raise FileRefused("INVALID_CHARACTER")
        file.seek(0)
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        rows = _rows(text)
        header = _header(rows, needed)
        yield from _grouped(_named(rows, header), header, key, limits, file)


def _rows(text: Iterable[str]) -> Iterator[tuple[int, list[str] | None, str]]:
    """Each row's first line and its cells; for one that cannot be read None and why, with the cell it begins with."""
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True)
    while True:
        line, lines.first = reader.line_num + 1, None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            first = (lines.first or "").split(",", 1)[0].strip().strip('"')
            yield line, None, f"{first}\0{error}"
        else:
            if any(cells):
                yield line, cells, ""


def _header(rows: Iterator[tuple[int, list[str] | None, str]], needed: Sequence[str]) -> list[str]:
    _, cells, _ = next(rows, (1, [], ""))
    if not cells:
        raise FileRefused("FILE_EMPTY" if cells is not None else "INVALID_ROW", why="the heading")
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    for name in needed:
        if name not in header:
            raise FileRefused("MISSING_COLUMN", column=name)
    twice = next((name for place, name in enumerate(header) if name in header[:place]), None)
    if twice is not None:
        raise FileRefused("DUPLICATE_COLUMN", column=twice)
    return header


def _named(rows: Iterator[tuple[int, list[str] | None, str]], header: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """The first cell that a row begins with, for rows without cells, and the row."""
    for line, cells, why in rows:
        if cells is None:
            first, _, reason = why.partition("\0")
            yield first, Row(line, None, broken=reason)
            continue
        padded = [*cells, *[""] * (len(header) - len(cells))]
        extra = [cell for cell in cells[len(header) :] if cell]
        yield "", Row(line, dict(zip(header, padded, strict=False)), extra=extra)


def _grouped(
    rows: Iterable[tuple[str, Row]], header: Sequence[str], key: str, limits: Limits, file: BinaryIO
) -> Generator[Raw, None, None]:
    group, name = Group(header), ""
    for count, (first, row) in enumerate(rows, start=1):
        own = row.cells[key].strip() if row.cells is not None else first
        if count > limits.rows:
            if own != name:
                yield _raw(group, name, file)
            raise FileRefused("TOO_MANY_ROWS", row=row.line, maximum=limits.rows)
        if group.rows and (own != name or not own):
            yield _raw(group, name, file)
            group = Group(header)
        name = own
        group.rows.append(row)
    if group.rows:
        yield _raw(group, name, file)


def _raw(group: Group, name: str, file: BinaryIO) -> Raw:
    return Raw(row=group.rows[0].line, rows=len(group.rows), name=name, content=group, bytes_read=file.tell())
