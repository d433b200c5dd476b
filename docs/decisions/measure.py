"""The measurements that decision pages quote: ``python docs/decisions/measure.py NAME``.

CPU seconds, since clocks on shared machines say little; run it for your own figures.
"""

import argparse
import subprocess
import sys
import time


def formulation() -> None:
    """Stating the model of the atlas: rows from sums over pairs, against a linopy model."""
    import waferway
    from waferway.planning import planner
    from waferway.planning.extensive import assemble, to_linopy

    kept = []
    plain = planner.formulate
    planner.formulate = lambda *a: kept.append(plain(*a)) or kept[0]
    waferway.plan(waferway.world(), gap=0.5)
    d, v, goal, _ = kept[0][0][0]
    to_linopy(v, d, goal)  # imports are not counted
    direct = min(_cpu(lambda: assemble(v, [(d, v, goal, 1.0)])) for _ in range(3))
    model = min(_cpu(lambda: to_linopy(v, d, goal)) for _ in range(3))
    built = to_linopy(v, d, goal)
    matrices = min(_cpu(lambda: (built.matrices.A, built.matrices.c)) for _ in range(3))
    say(f"program {kept[0][1].size()}: assemble {direct:.2f} s; linopy model {model:.2f} s "
        f"+ matrices {matrices:.2f} s; ratio {(model + matrices) / direct:.1f}")  # fmt: skip


def scaling() -> None:
    """HiGHS on the atlas with and without scaled costs."""
    import waferway
    from waferway.planning import solving

    for name, scale in (("scaled", solving.cost_scale), ("unscaled", lambda _: 1.0)):
        solving.cost_scale = scale
        began = time.process_time()
        plan = waferway.plan(waferway.world())
        say(f"{name}: {plan.volatile['iterations']:,} simplex iterations, "
            f"{time.process_time() - began:.1f} s of CPU in all, gap {plan.manifest['gap']:.3%}, "
            f"cost {plan.manifest['cost_usd']:.6g} USD")  # fmt: skip


def units() -> None:
    """Import and one quantity: waferway.units, and pint where it is installed."""
    ours = "from waferway.units import parse_quantity; parse_quantity('20000 package/month')"
    pint = (
        "import pint; u = pint.UnitRegistry(); u.define('package = [package]'); "
        "u('20000 package/month')"
    )
    for name, code in (("waferway.units", ours), ("pint", pint)):
        clock = f"import time; t = time.process_time(); {code}; print(time.process_time() - t)"
        runs = [
            subprocess.run([sys.executable, "-c", clock], capture_output=True, text=True)  # noqa: S603
            for _ in range(3)
        ]
        found = [float(r.stdout) for r in runs if not r.returncode]
        say(f"{name}: {min(found):.3f} s" if found else f"{name}: not installed")


def formulas() -> None:
    """Formulas of the mathematics page that latex2mathml cannot convert."""
    import re
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parents[1]))
    from mathml import markup

    text = (Path(__file__).parents[1] / "mathematics.md").read_text(encoding="utf-8")
    found = re.findall(r"\$\$(.+?)\$\$", text, re.S)
    found += re.findall(r"\$([^$]+?)\$", re.sub(r"\$\$.+?\$\$", "", text, flags=re.S))
    for tex in found:
        markup(tex, display=False)
    say(f"{len(found)} formulas, all converted")


def _cpu(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    known = {f.__name__: f for f in (formulation, scaling, units, formulas)}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=known)
    known[parser.parse_args().name]()
