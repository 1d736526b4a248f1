"""A line chart as SVG text, for what a bench draws."""

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, MARGIN = 640, 360, 56
COLOURS = ("#1f5fa8", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be185d", "#475569")

Points = Sequence[tuple[float, float]]


def line_chart(lines: Mapping[str, Points], *, title: str, x: str, y: str) -> str:
    """Return an SVG document with a line for each name; axes are labelled with `x` and `y`."""
    points = [point for line in lines.values() for point in line]
    low, high = (tuple(side(axis) for axis in zip(*points, strict=True)) for side in (min, max))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across, up = (
            (value - start) / ((end - start) or 1) for value, start, end in zip(point, low, high, strict=True)
        )
        return MARGIN + across * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-size="11" '
            'font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>'
        ),
        _text(WIDTH / 2, 18, title, anchor="middle"),
        _text(WIDTH / 2, HEIGHT - 12, x, anchor="middle"),
        _text(8, 34, y),
        f'<path d="M{MARGIN} {MARGIN}V{HEIGHT - MARGIN}H{WIDTH - MARGIN}" fill="none" stroke="#64748b"/>',
    ]
    for value, corner in ((low[0], "start"), (high[0], "end")):
        parts.append(_text(place((value, low[1]))[0], HEIGHT - MARGIN + 14, f"{value:.4g}", anchor=corner))
    for value in (low[1], high[1]):
        parts.append(_text(MARGIN - 6, place((low[0], value))[1] + 4, f"{value:.4g}", anchor="end"))
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{across:.1f},{up:.1f}" for across, up in map(place, sorted(line)))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
        parts.append(_text(WIDTH - MARGIN - 110, MARGIN + 14 * number, name, colour=colour))
    return "\n".join([*parts, "</svg>\n"])


def _text(x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#0f172a") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'
