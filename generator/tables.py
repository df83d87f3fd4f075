"""Which columns and rows the cells of a table may span, so that the table is one that HTML knows."""

from __future__ import annotations

from collections.abc import Sequence

from generator.document import Node

_MOST = 200
"""Columns or rows that a cell may span; no printed table has as many."""


def spans_of(groups: Sequence[Sequence[Node]]) -> dict[int, list[tuple[int, int]]]:
    """Columns and rows that each cell of a row (by ``id``) may span; nothing if no cell spans more than one.

    Sources say more than a table has: spans beyond the last row, over cells that stand there, over columns in which
    no cell begins. HTML allows none of these.
    """
    cells = [cell for group in groups for row in group for cell in row.children if cell.kind == "cell"]
    if not any("cols" in cell.attrs or "rows" in cell.attrs for cell in cells):
        return {}
    placed: dict[int, list[tuple[int, int, int]]] = {}
    beginnings: set[int] = set()
    for group in groups:
        free: dict[int, int] = {}
        for number, row in enumerate(group):
            column = 0
            for cell in row.children:
                if cell.kind != "cell":
                    continue
                while free.get(column, 0) > number:
                    column += 1
                rows = min(_count(cell.attrs.get("rows", "1")), len(group) - number)
                width = 1
                while width < _count(cell.attrs.get("cols", "1")) and free.get(column + width, 0) <= number:
                    width += 1
                free.update(dict.fromkeys(range(column, column + width), number + rows))
                placed.setdefault(id(row), []).append((column, width, rows))
                beginnings.add(column)
                column += width
    return {
        row: [(sum(c in beginnings for c in range(column, column + width)), rows) for column, width, rows in spans]
        for row, spans in placed.items()
    }


def _count(text: str) -> int:
    """A number of columns or rows; 1 for what is none."""
    return min(max(int(text), 1), _MOST) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
