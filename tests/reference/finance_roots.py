"""Internal rates by Sturm's theorem in fractions: slow, obvious, certain."""

import itertools
from fractions import Fraction


def _trim(poly):
    while poly and poly[-1] == 0:
        poly = poly[:-1]
    return poly


def _remainder(a, b):
    a = list(a)
    while len(a) >= len(b):
        factor = a[-1] / b[-1]
        shift = len(a) - len(b)
        for k, number in enumerate(b):
            a[k + shift] -= factor * number
        a = _trim(a[:-1])
    return a


def sturm_chain(poly):
    chain = [poly, [k * c for k, c in enumerate(poly)][1:]]
    while chain[-1]:
        chain.append([-c for c in _remainder(chain[-2], chain[-1])])
    return chain[:-1]


def _value(poly, x):
    total = Fraction(0)
    for c in reversed(poly):
        total = total * x + c
    return total


def _variations(chain, x):
    signs = [s for s in (_value(p, x) for p in chain) if s != 0]
    return sum((a > 0) != (b > 0) for a, b in itertools.pairwise(signs))


def rates(flows, digits=14):
    """All distinct rates above -1, ascending."""
    poly = _trim([Fraction(float(f)) for f in flows])
    while poly and poly[0] == 0:
        poly = poly[1:]
    if len(poly) < 2:
        return []
    chain = sturm_chain(poly)
    bound = 1 + max(abs(c / poly[-1]) for c in poly[:-1])
    todo, out = [(Fraction(0), bound)], []
    while todo:
        low, high = todo.pop()
        count = _variations(chain, low) - _variations(chain, high)
        if count == 0:
            continue
        if count == 1 and low > 0 and (high - low) / low < Fraction(1, 10**digits):
            out.append(float(2 / (low + high)) - 1)
            continue
        middle = (low + high) / 2
        todo += [(low, middle), (middle, high)]
    return sorted(out)
