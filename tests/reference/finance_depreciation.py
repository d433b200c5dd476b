"""MACRS told year by year, as the publication tells it."""


def macrs(life, factor, first_share):
    """Shares by year: the larger of declining balance and straight line over what is left."""
    rest, lived, out = 1.0, 0.0, []
    while rest > 1e-15:
        part = first_share if not out else 1.0
        declining = rest * factor / life * part
        remaining = life - lived
        straight = rest if remaining <= part else rest / remaining * part
        out.append(min(rest, max(declining, straight)))
        rest -= out[-1]
        lived += part
    return out
