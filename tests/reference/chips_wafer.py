"""Gross dies the slow way: try every shift that puts two corners of the grid on the rim."""

import itertools
import math


def fits(x, y, w, h, radius):
    return all(math.hypot(x + a, y + b) <= radius + 1.5e-9 for a in (0.0, w) for b in (0.0, h))


def count_at(x0, y0, w, h, px, py, radius, lowest=-math.inf):
    """Dies of the grid whose lower-left corners stand at (x0 + i px, y0 + j py)."""
    ni, nj = math.ceil(radius / px) + 2, math.ceil(radius / py) + 2
    return sum(
        fits(x0 + i * px, y0 + j * py, w, h, radius) and y0 + j * py >= lowest - 1.5e-9
        for i in range(-ni, ni + 1)
        for j in range(-nj, nj + 1)
    )


def crossings(ax, ay, bx, by, radius):
    """Points at distance `radius` from both centres."""
    dx, dy = bx - ax, by - ay
    d = math.hypot(dx, dy)
    if d == 0 or d > 2 * radius:
        return []
    k = math.sqrt(radius**2 - d**2 / 4) / d
    mx, my = (ax + bx) / 2, (ay + by) / 2
    return [(mx - dy * k, my + dx * k), (mx + dy * k, my - dx * k)]


def exact(w, h, wafer, edge, street):
    """Best count over shifts at which two discs of the problem meet, and the symmetric shifts."""
    radius, px, py = wafer / 2 - edge, w + street, h + street
    discs = [(0, 0), (-w, 0), (0, -h), (-w, -h)]
    shifts = {(a, b) for a in (-w / 2, -w / 2 - px / 2) for b in (-h / 2, -h / 2 - py / 2)}
    ni, nj = math.ceil(2 * radius / px) + 1, math.ceil(2 * radius / py) + 1
    for (ax, ay), (bx, by) in itertools.product(discs, discs):
        for i, j in itertools.product(range(-ni, ni + 1), range(-nj, nj + 1)):
            for x, y in crossings(ax, ay, bx - i * px, by - j * py, radius):
                if fits(x, y, w, h, radius):
                    shifts.add((round(x % px, 9), round(y % py, 9)))
    return max(count_at(x, y, w, h, px, py, radius) for x, y in shifts)
