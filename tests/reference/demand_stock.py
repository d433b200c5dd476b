"""Slow, obvious versions: survival by its definition, stock chip by chip."""


def survival(age_years, half_life_years, shape):
    """Share still in use: halves at the half life, faster the larger the shape."""
    return 0.5 ** ((age_years / half_life_years) ** shape)


def stock(sales, half_life_years, shape):
    """Stock at the end of each quarter, one vintage after the other."""
    out = []
    for now in range(len(sales)):
        total = 0.0
        for vintage, sold in enumerate(sales):
            if vintage <= now:
                age_years = (now - vintage + 0.5) / 4.0
                total += sold * survival(age_years, half_life_years, shape)
        out.append(total)
    return out


def autoregressive(noise, persistence):
    """One step after the other."""
    out = [noise[0]]
    for fresh in noise[1:]:
        out.append(persistence * out[-1] + (1.0 - persistence**2) ** 0.5 * fresh)
    return out
