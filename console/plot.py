"""Curves of braille dots, 2 x 4 to a character."""

from collections.abc import Sequence

from rich.text import Text

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLANK = 0x2800
_COLUMNS, _ROWS = 2, 4

Curve = Sequence[tuple[float, float]]
"""(x, y) in 0..1 each, x growing."""


def plot(curves: Sequence[tuple[Curve, str]], width: int, height: int) -> list[Text]:
    """Return lines of `width` characters; where curves cross, the last one's style wins."""
    bits = [[0] * width for _ in range(height)]
    styles = [[""] * width for _ in range(height)]
    for curve, style in curves:
        for x, y in _dots(curve, width * _COLUMNS, height * _ROWS):
            row, column = y // _ROWS, x // _COLUMNS
            bits[row][column] |= _DOTS[x % _COLUMNS][y % _ROWS]
            styles[row][column] = style
    return [_line(*row) for row in zip(bits, styles, strict=True)]


def _dots(curve: Curve, width: int, height: int) -> set[tuple[int, int]]:
    """Return the dots of a curve, each column joined to the one before."""
    dots: set[tuple[int, int]] = set()
    before: tuple[int, int] | None = None
    for x_share, y_share in curve:
        if not 0.0 <= x_share <= 1.0:
            continue
        x = min(width - 1, int(x_share * width))
        y = height - 1 - min(height - 1, max(0, round(y_share * (height - 1))))
        low, high = (y, y) if before is None or x - before[0] > 1 else sorted((before[1], y))
        dots.update((x, between) for between in range(low, high + 1))
        before = (x, y)
    return dots


def _line(bits: list[int], styles: list[str]) -> Text:
    line = Text()
    start = 0
    for end in range(1, len(bits) + 1):
        if end == len(bits) or styles[end] != styles[start]:
            line.append("".join(chr(_BLANK + b) for b in bits[start:end]), styles[start] or None)
            start = end
    return line
