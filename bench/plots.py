"""Learning curves as an SVG, so that a report needs no plotting library."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 420, 62, 48, 34, 190
COLOURS = ("#555555", "#0b6fb8", "#c4420f", "#1b8a4b", "#8a3ab9", "#b58900", "#00838f")
Curve = Sequence[Mapping[str, float]]


def curves_svg(curves: Mapping[str, Sequence[Curve]], *, title: str, measure: str = "seconds") -> str:
    """Draw word F1 in per cent against a cost: a thin line a replicate, a thick one for their mean."""
    points = [point for replicates in curves.values() for curve in replicates for point in curve]
    x_ticks = _ticks(0, max(point[measure] for point in points) / _unit(measure))
    y_values = [100 * point["word_f1"] for point in points]
    y_ticks = _ticks(min(y_values), max(y_values))

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x / _unit(measure) - x_ticks[0]) / (x_ticks[-1] - x_ticks[0])
        up = (100 * y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="12" fill="#222">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]
    for tick in y_ticks:
        x, y = place(0, tick / 100)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>')
    for tick in x_ticks:
        x, y = place(tick * _unit(measure), y_ticks[0] / 100)
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{tick:g}</text>')
    name = "hours of modelled work" if measure == "seconds" else measure
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{name}</text>')
    parts.append(f'<text x="14" y="{HEIGHT / 2}" transform="rotate(-90 14 {HEIGHT / 2})">word F1</text>')
    for number, (label, replicates) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        for curve in replicates if len(replicates) > 1 else ():
            parts.append(_line([place(p[measure], p["word_f1"]) for p in curve], colour, 0.6, 0.4))
        mean = [
            np.mean([[p[measure], p["word_f1"]] for p in rows], axis=0)
            for rows in zip(*replicates, strict=False)
        ]
        parts.append(_line([place(x, y) for x, y in mean], colour, 2.2, 1))
        y = TOP + 18 * (number + 1)
        parts.append(f'<path d="M{WIDTH - RIGHT + 12} {y - 4}h18" stroke="{colour}" stroke-width="2.2"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 36}" y="{y}">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _line(places: Sequence[tuple[float, float]], colour: str, width: float, opacity: float) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    style = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"'
    return f'<path d="M{path}" {style}/>'


def _unit(measure: str) -> float:
    return 3600.0 if measure == "seconds" else 1.0


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers that lie around low to high."""
    rough = max(high - low, 1e-9) / 5
    step = 10 ** np.floor(np.log10(rough)) * min(
        (1, 2, 2.5, 5, 10), key=lambda m: abs(m - rough / 10 ** np.floor(np.log10(rough)))
    )
    first, last = np.floor(low / step), np.ceil(high / step)
    return [float(n * step) for n in np.arange(first, last + 1)]
