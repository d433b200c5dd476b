"""Slow, obvious version of the flow of finished goods: one product, one draw, one quarter."""


def flow(starts, lag_days, sold_share, writedown, spans, lost=None):
    """Sales by period; `spans` are (first day, day after the last) as whole numbers."""
    arrivals = [0.0] * len(spans)
    for quantity, (begins, ends) in zip(starts, spans, strict=True):
        days = ends - begins
        for day in range(days):  # the same amount is started every day
            when = begins + day + lag_days
            for at, (first, after) in enumerate(spans):
                if first <= when < after:
                    arrivals[at] += quantity / days
    sales, stocks, written = [], [], []
    held = 0.0
    for at, arrived in enumerate(arrivals):
        at_hand = held + arrived
        ended = bool(lost and lost[at])
        sold = 0.0 if ended else sold_share * at_hand
        left = at_hand - sold
        down = left if ended else writedown * left
        held = left - down
        sales.append(sold)
        written.append(down)
        stocks.append(held)
    return arrivals, sales, stocks, written
