"""A project as a spreadsheet would do it: one scenario, year by year, plain numbers.

Equal yearly periods, one sculpted or level loan, all written from the words of the spec and not
from the engine. The size of the loan is found by bisection on the whole sheet.
"""


def sheet(case, debt, principal):
    """Every line of the sheet for a given debt (drawn pro rata) and principal by year."""
    years, op = case["years"], case["operation"]
    rows = {name: [0.0] * years for name in (
        "interest", "balance", "equity", "distribution", "tax", "taxable", "net_income", "cash",
        "assets", "claims", "cfads", "deferred", "fixed", "book_result",
    )}  # fmt: skip
    balance = losses = cash = paid_in = retained = deferred = idc = 0.0
    previous = {"ar": 0.0, "ap": 0.0, "inv": 0.0}
    uses_total = case.get("uses_total")
    book_left = 0.0
    for y in range(years):
        final = y == years - 1
        revenue, cost = case["revenue"][y], case["cost"][y]
        days = case["days"][y]
        ar = 0.0 if final else revenue * case["receivable_days"] / days
        ap = 0.0 if final else cost * case["payable_days"] / days
        inv = 0.0 if final else cost * case["inventory_days"] / days
        sales_cost = cost - (inv - previous["inv"])
        receipts = revenue - (ar - previous["ar"])
        payments = cost - (ap - previous["ap"])
        previous = {"ar": ar, "ap": ap, "inv": inv}
        capex = case["capex"][y]
        award = case["award"] if y == case["service"] else 0.0
        gross = sum(case["capex"]) if y >= case["service"] else sum(case["capex"][: y + 1])
        owed = gross - sum(case["capex"][: y + 1])
        age = y - case["service"]
        book = tax_wear = 0.0
        if age >= 0:
            life = case["book_life"]
            share = max(0.0, min(1.0, life - age)) / life
            book = (sum(case["capex"]) - case["award"]) * share
            if age < len(case["tax_shares"]):
                tax_wear = (sum(case["capex"]) - case["reduction"]) * case["tax_shares"][age]
        interest = balance * case["rate"]
        fee = case["upfront_fee"] * debt if y == 0 else 0.0
        building = y < op
        if building:
            idc += interest + fee
            finance_wear = 0.0
        else:
            span = case["financing_life"]
            finance_wear = idc * max(0.0, min(1.0, span - (y - op))) / span
        worn_finance = case.setdefault("_worn", 0.0) if y else case.__setitem__("_worn", 0.0) or 0.0
        if final:
            finance_wear = idc - worn_finance
        case["_worn"] = worn_finance + finance_wear
        expense = (0.0 if building else interest) + finance_wear
        salvage = case["salvage"] if final else 0.0
        book_left = gross - (case["award"] if y >= case["service"] else 0.0)
        book_left -= case.setdefault("_book", 0.0) if y else case.__setitem__("_book", 0.0) or 0.0
        book_left -= book
        case["_book"] += book
        case["_tax"] = (case["_tax"] if y else 0.0) + tax_wear
        sold_book = book_left if final else 0.0
        sold_tax = sum(case["capex"]) - case["reduction"] - case["_tax"] if final else 0.0
        taxable = revenue - sales_cost - tax_wear - expense + salvage - sold_tax
        used = min(losses, max(taxable, 0.0))
        losses += max(-taxable, 0.0) - used
        tax = case["tax"] * (max(taxable, 0.0) - used)
        cfads = receipts - payments - tax + award + salvage - capex
        call = out = 0.0
        if building:
            need = max(interest + fee - cfads - cash, 0.0)
            draw = need * debt / uses_total if uses_total else 0.0
            call = need - draw
            cash += cfads - interest - fee + need
            balance += draw
        else:
            due = interest + principal[y]
            pot = cash + cfads - due
            if pot < 0:
                call, pot = -pot, 0.0
            out, cash = pot, 0.0
            balance -= principal[y]
        before = revenue - sales_cost - book - expense + salvage - sold_book
        permanent = case["award"] - case["reduction"]
        part = permanent * (book / (sum(case["capex"]) - case["award"])) if book else 0.0
        case["_perm"] = (case["_perm"] if y else 0.0) + part
        if final:
            part += permanent - case["_perm"]
        charge = case["tax"] * (before - part)
        deferred += charge - tax
        paid_in += call
        retained += before - charge - out
        fixed = book_left - sold_book
        assets = cash + ar + inv + fixed + idc - case["_worn"]
        claims = ap + owed + deferred + balance + paid_in + retained
        for name, value in {
            "interest": interest, "balance": balance, "equity": call, "distribution": out,
            "tax": tax, "taxable": taxable, "net_income": before - charge, "cash": cash,
            "assets": assets, "claims": claims, "cfads": cfads, "deferred": deferred,
            "fixed": fixed, "book_result": before,
        }.items():  # fmt: skip
            rows[name][y] = value
    return rows


def uses_of(case, debt):
    """Uses of construction that a debt implies, by substitution until they stand still."""
    uses = sum(case["capex"][: case["operation"]]) or 1.0
    for _ in range(500):
        rows = sheet({**case, "uses_total": uses}, debt, [0.0] * case["years"])
        op = case["operation"]
        new = sum(rows["equity"][:op]) + rows["balance"][op - 1]
        if abs(new - uses) < 1e-13 * abs(uses):
            break
        uses = new
    return uses


def sculpted(case, dscr, tenor):
    """Loan whose service is CFADS / dscr over the tenor: substitution on the whole sheet."""
    years, op, rate = case["years"], case["operation"], case["rate"]
    debt, principal = 0.0, [0.0] * years
    for _ in range(400):
        uses = uses_of(case, debt)
        rows = sheet({**case, "uses_total": uses}, debt, principal)
        service = [
            max(rows["cfads"][y], 0.0) / dscr if op <= y < op + tenor else 0.0 for y in range(years)
        ]
        new = sum(service[y] / (1 + rate) ** (y - op + 1) for y in range(op, op + tenor))
        balance, fresh = new, [0.0] * years
        for y in range(op, op + tenor):
            fresh[y] = service[y] - balance * rate
            balance -= fresh[y]
        done = abs(new - debt) < 1e-12 * max(new, 1.0)
        debt, principal = new, fresh
        if done:
            break
    uses = uses_of(case, debt)
    return debt, uses, sheet({**case, "uses_total": uses}, debt, principal)
