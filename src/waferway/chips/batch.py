"""Many designs at once: die, yield, memory, package, test and NRE as arrays.

Owns the same arithmetic as `waferway.chips.costing`, flattened for speed and checked against it
in the tests. Works through chunks, so that memory stays small whatever the number of designs,
and on as many threads as asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waferway.chips.harvest_table import clustered_harvest
from waferway.chips.wafer import EXACT_SIZES, gross_dies
from waferway.errors import RangeError, ShapeError

__all__ = ["DEFAULT_COLUMNS", "BatchCost", "batch_cost", "batch_performance"]

Array = NDArray[np.float64]
CHUNK = 32_768  # rows that stay in the cache of one core
REQUIRED = ("die_width_mm", "die_height_mm", "d0_per_cm2", "wafer_usd")
# Columns that may be left out, with the value that switches their effect off.
DEFAULT_COLUMNS: dict[str, float] = {
    "dies": 1.0,
    "clustering": np.inf,
    "repairable_share": 0.0,
    "blocks": 1.0,
    "blocks_needed": 1.0,
    "probe_usd": 0.0,
    "probe_coverage": 1.0,
    "kgd_usd": 0.0,
    "kgd_coverage": 0.0,
    "stacks": 0.0,
    "stack_places": 0.0,
    "core_dies": 0.0,
    "core_die_usd": 0.0,
    "base_die_usd": 0.0,
    "bond_usd": 0.0,
    "stack_bond_yield": 1.0,
    "stack_test_usd": 0.0,
    "stack_price_usd": 0.0,
    "interposer_mm2": 0.0,
    "interposer_wafer_usd": 0.0,
    "interposer_gross": 1.0,
    "interposer_d0_per_cm2": 0.0,
    "interposer_clustering": np.inf,
    "die_attach_yield": 1.0,
    "stack_attach_yield": 1.0,
    "substrate_usd": 0.0,
    "assembly_usd": 0.0,
    "mount_yield": 1.0,
    "final_yield": 1.0,
    "final_usd": 0.0,
    "final_coverage": 0.0,
    "system_usd": 0.0,
    "system_coverage": 0.0,
    "auxiliary_usd": 0.0,
    "node_nre_usd": 0.0,
    "masks_usd": 0.0,
}


@dataclass(frozen=True)
class BatchCost:
    """Results, one value per design.

    Attributes
    ----------
    gross, die_yield : array
    die_usd : array, USD
        A known good die.
    stack_usd, interposer_usd : array, USD
        A good one.
    package_yield : array
        Packages sold over packages begun.
    total_usd : array, USD
        Per good package.
    nre_usd : array, USD
        One-off.
    method : str
        How dies were counted.
    """

    gross: Array
    die_yield: Array
    die_usd: Array
    stack_usd: Array
    interposer_usd: Array
    package_yield: Array
    total_usd: Array
    nre_usd: Array
    method: str


def _in_chunks(rows: int, work: Callable[[slice], None], threads: int) -> None:
    """Do the work on every stretch of rows, on as many threads as asked for."""
    stretches = [slice(start, min(start + CHUNK, rows)) for start in range(0, rows, CHUNK)]
    if threads > 1 and len(stretches) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, stretches))  # the list raises what a thread raised
    else:
        for stretch in stretches:
            work(stretch)


def _columns(given: Mapping[str, ArrayLike]) -> tuple[dict[str, Any], int]:
    unknown = sorted(set(given) - set(DEFAULT_COLUMNS) - set(REQUIRED))
    missing = [name for name in REQUIRED if name not in given]
    if unknown or missing:
        raise RangeError(
            f"unknown columns: {unknown or 'none'}; missing columns: {missing or 'none'}; "
            f"columns are {', '.join([*REQUIRED, *DEFAULT_COLUMNS])}"
        )
    arrays = {name: np.asarray(value, float) for name, value in given.items()}
    rows = max((array.size for array in arrays.values() if array.ndim), default=1)
    for name, array in arrays.items():
        if array.ndim > 1 or (array.ndim == 1 and array.size not in (1, rows)):
            raise ShapeError(f"{name} has shape {array.shape}; expected one value or {rows}")
        if np.isnan(array).any() or (array.size and array.min() < 0):
            raise RangeError(f"{name} holds values below 0 or missing ones")
    for name in ("die_width_mm", "die_height_mm"):
        if (arrays[name] <= 0).any():
            raise RangeError(f"{name} must be above 0")
    return {
        name: array if array.size > 1 else float(array.flat[0]) for name, array in arrays.items()
    }, rows


def _nb(faults: Any, clustering: Any) -> Any:
    """Negative binomial yield of faults per die; exp(-faults) where clustering is infinite."""
    if isinstance(clustering, float):
        return (
            np.exp(-faults)
            if np.isinf(clustering)
            else np.exp(-clustering * np.log1p(faults / clustering))
        )
    finite = np.where(np.isinf(clustering), 1.0, clustering)
    return np.where(
        np.isinf(clustering), np.exp(-faults), np.exp(-finite * np.log1p(faults / finite))
    )


def _power(base: Any, exponent: Any) -> Any:
    """``base ** exponent`` where either may be one number; 0 to the 0 is 1."""
    if isinstance(base, float):
        if base == 1.0:
            return 1.0
        return np.exp(np.log(base) * exponent) if base > 0 else np.power(base, exponent)
    if isinstance(exponent, float) and exponent in (0.0, 1.0):
        return 1.0 if exponent == 0.0 else base
    return np.power(base, exponent)


def _chunk(
    c: Mapping[str, Any], gross: Any, harvest: str, out: dict[str, Array], at: slice
) -> None:
    def get(name: str) -> Any:
        value = c.get(name, DEFAULT_COLUMNS.get(name))
        return value[at] if isinstance(value, np.ndarray) else value

    area = get("die_width_mm") * get("die_height_mm") / 100
    faults = area * get("d0_per_cm2")
    clustering, share = get("clustering"), get("repairable_share")
    if isinstance(share, float) and share == 0.0:
        made = _nb(faults, clustering)
    else:
        made = clustered_harvest(
            faults, clustering, share, get("blocks"), get("blocks_needed"), method=harvest
        )
    probe, kgd = get("probe_coverage"), get("kgd_coverage")
    passed = _power(made, probe)
    left = _power(made, 1 - probe)
    die = (get("wafer_usd") / gross + get("probe_usd")) / passed
    again = _power(left, kgd)
    die = (die + get("kgd_usd")) / again
    left = _power(left, 1 - kgd)
    cores = get("core_dies")
    stack = cores * (get("core_die_usd") + get("bond_usd"))
    stack = stack + get("base_die_usd") + get("stack_test_usd")
    stack = np.maximum(stack / _power(get("stack_bond_yield"), cores), get("stack_price_usd"))
    faults_i = get("interposer_mm2") / 100 * get("interposer_d0_per_cm2")
    interposer = get("interposer_wafer_usd") / get("interposer_gross")
    interposer = interposer / _nb(faults_i, get("interposer_clustering"))
    dies = get("dies")
    bonded = _power(get("die_attach_yield"), dies)
    placed = _power(get("stack_attach_yield"), get("stack_places"))
    unit = (dies * die + interposer) / bonded
    unit = (unit + get("stacks") * stack) / placed
    unit = (unit + get("substrate_usd") + get("assembly_usd")) / get("mount_yield")
    true = get("final_yield") * _power(left, dies)
    final, system = get("final_coverage"), get("system_coverage")
    passes = _power(true, final)
    after = _power(_power(true, 1 - final), system)
    unit = ((unit + get("final_usd")) / passes + get("system_usd")) / after
    mm2 = area * 100
    nre = get("node_nre_usd") / 300.0 * (0.8 * mm2 + 60.0) + get("masks_usd")
    for name, value in (
        ("die_yield", made),
        ("die_usd", die),
        ("stack_usd", stack),
        ("interposer_usd", interposer),
        ("package_yield", bonded * placed * get("mount_yield") * passes * after),
        ("total_usd", unit + get("auxiliary_usd")),
        ("nre_usd", nre),
    ):
        out[name][at] = value


def batch_cost(
    columns: Mapping[str, ArrayLike],
    *,
    wafer_mm: float = 300.0,
    edge_mm: float = 3.0,
    street_mm: float = 0.1,
    count: Literal["auto", "exact", "ferris-prabhu", "patterson"] = "auto",
    harvest: Literal["table", "quadrature"] = "table",
    threads: int = 2,
) -> BatchCost:
    """Cost of many designs of one kind of die each.

    Parameters
    ----------
    columns : mapping of str to array, shape (n,) or one value
        ``die_width_mm, die_height_mm, d0_per_cm2, wafer_usd`` and any of `DEFAULT_COLUMNS`.
    count : str
        How dies are counted; ``auto`` is exact up to 10,000 distinct sizes.
    harvest : str
        ``table`` interpolates a verified table (error below 1e-5) where the kinds of blocks are
        few; ``quadrature`` integrates every row.
    threads : int, at least 1

    Returns
    -------
    BatchCost

    Raises
    ------
    RangeError
        If a column is unknown, missing, negative or not a number.
    ShapeError
        If columns have different lengths.

    Examples
    --------
    >>> many = batch_cost({"die_width_mm": [26.0, 10.0], "die_height_mm": [31.3, 10.0],
    ...     "d0_per_cm2": 0.1, "clustering": 3.0, "wafer_usd": 17000.0})
    >>> many.gross, many.total_usd.round(1)
    (array([ 67., 616.]), array([521.3,  30.5]))
    """
    c, rows = _columns(columns)
    w = np.broadcast_to(np.asarray(c["die_width_mm"]), rows)
    h = np.broadcast_to(np.asarray(c["die_height_mm"]), rows)
    lengths = {"wafer_mm": wafer_mm, "edge_mm": edge_mm, "street_mm": street_mm}
    method: str = count
    if count == "auto":
        method = "exact" if rows <= EXACT_SIZES or _few_sizes(w, h) else "ferris-prabhu"
    exact = gross_dies(w, h, method="exact", **lengths).count if method == "exact" else None
    names = [field.name for field in fields(BatchCost) if field.name != "method"]
    out = {name: np.empty(rows) for name in names}

    def work(at: slice) -> None:
        if exact is None:
            gross = gross_dies(w[at], h[at], method=method, **lengths).count  # type: ignore[arg-type]
        else:
            gross = exact[at]
        if (gross <= 0).any():
            raise RangeError("a die does not fit the wafer")
        out["gross"][at] = gross
        _chunk(c, gross, harvest, out, at)

    _in_chunks(rows, work, threads)
    return BatchCost(**out, method=method)


def _few_sizes(w: Array, h: Array) -> bool:
    """Whether the distinct sizes can be counted one by one; looks at a sample before sorting."""
    sample = slice(0, 4 * EXACT_SIZES)
    pairs = w[sample] + 1j * h[sample]
    if len(np.unique(pairs)) > EXACT_SIZES:
        return False
    return len(np.unique(w + 1j * h)) <= EXACT_SIZES


def batch_performance(
    peak_flops: ArrayLike,
    bandwidth_bytes_s: ArrayLike,
    flops: ArrayLike,
    moved_bytes: ArrayLike,
    *,
    compute_efficiency: ArrayLike,
    bandwidth_efficiency: ArrayLike,
    launch_s: ArrayLike,
    sharpness: ArrayLike,
    threads: int = 2,
) -> Array:
    """Kernel times of many chips and kernels at once, s; see `waferway.chips.roofline`.

    Every argument is an array of n values or one value.

    Examples
    --------
    >>> batch_performance([312e12, 989e12], [2e12, 3.35e12], 1e12, 1e8, compute_efficiency=0.7,
    ...     bandwidth_efficiency=0.85, launch_s=7e-6, sharpness=1.4).round(5)
    array([0.00459, 0.00146])
    """
    given = [
        np.asarray(a, float)
        for a in (
            peak_flops, bandwidth_bytes_s, flops, moved_bytes, compute_efficiency,
            bandwidth_efficiency, launch_s, sharpness,
        )
    ]  # fmt: skip
    rows = max(array.size for array in given)
    out = np.empty(rows)

    def work(at: slice) -> None:
        p, w, f, b, ec, eb, t0, q = (a[at] if a.size > 1 else a.reshape(()) for a in given)
        compute, memory = f / (ec * p), b / (eb * w)
        top = np.maximum(compute, memory)
        low = np.minimum(compute, memory) / top
        out[at] = t0 + top * np.exp(np.log1p(np.exp(q * np.log(low))) / q)

    _in_chunks(rows, work, threads)
    return out
