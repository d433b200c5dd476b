"""How extraction is scored against hand-made annotations (rules of the folder's SOURCE.md)."""

from collections import Counter
from dataclasses import dataclass, field


def close(found, wanted):
    if found is None or wanted is None:
        return found is None and wanted is None
    return abs(float(found) - wanted) <= 1e-6 * max(abs(wanted), 1e-12)


@dataclass
class Score:
    right: Counter = field(default_factory=Counter)
    wrong: Counter = field(default_factory=Counter)
    missed: Counter = field(default_factory=Counter)
    notes: list = field(default_factory=list)

    def f1(self, kind):
        right, other = self.right[kind], self.wrong[kind] + self.missed[kind]
        return 2 * right / (2 * right + other) if right + other else 1.0


def covers(claim, gold):
    overlaps = claim.start < gold["end"] and gold["start"] < claim.end
    return overlaps and claim.start <= gold["num_start"] and gold["num_end"] <= claim.end


def score(claims, gold, result=None):
    """Micro counts on tier core; a hit on an extended claim counts neither way."""
    result = result or Score()
    for kind, is_date in (("quantity", False), ("date", True)):
        wanted = [g for g in gold["claims"] if (g["kind"] == "date") == is_date]
        open_core = [g for g in wanted if g["tier"] == "core"]
        for claim in claims:
            if (claim.kind == "date") != is_date:
                continue
            hit = next((g for g in open_core if covers(claim, g) and _agrees(claim, g)), None)
            if hit is not None:
                open_core.remove(hit)
                result.right[kind] += 1
            elif any(
                g["tier"] != "core" and claim.start < g["end"] and g["start"] < claim.end
                for g in wanted
            ):
                continue
            else:
                result.wrong[kind] += 1
                result.notes.append(("wrong", claim.quote, claim.unit, claim.valid_text))
        result.missed[kind] += len(open_core)
        result.notes += [("missed", g["text"], g["unit"], g["date"]) for g in open_core]
    return result


def _agrees(claim, gold):
    if gold["kind"] == "date":
        return claim.valid_text == gold["date"]
    values = ((claim.low, "low"), (claim.value, "value"), (claim.high, "high"))
    return all(close(number, gold[name]) for number, name in values) and claim.unit == gold["unit"]
