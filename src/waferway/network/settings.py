"""Settings of a network, from text or code to their declared types.

Owns what a setting may be. Which settings there are is declared in `waferway.network.schema`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from waferway.errors import Faults, Place, nearest
from waferway.network.cells import CellError, Varying, read_date, read_number
from waferway.network.declaration import Attribute
from waferway.network.row_units import Expected
from waferway.network.schema import SETTINGS

__all__ = ["DECLARED_SETTINGS", "read_settings"]

DECLARED_SETTINGS = {attribute.name: attribute for attribute in SETTINGS}


def read_settings(
    given: Mapping[str, Any], locate: Callable[[str], Place], faults: Faults
) -> dict[str, Any]:
    """Settings in their declared types; faults for what is unknown or cannot be read.

    Parameters
    ----------
    given : mapping of str to object
        Text or values by name of the setting.
    locate : callable (name) -> Place
        Where a setting stands.
    faults : Faults
        Where what is wrong is recorded.

    Returns
    -------
    dict of str to object
        Without those that are missing or ``nominal``.

    Examples
    --------
    >>> read_settings({"price_year": "2024", "step": "quarter"}, lambda _: Place(), Faults())
    {'price_year': 2024, 'step': 'quarter'}
    """
    out: dict[str, Any] = {}
    for name, raw in given.items():
        if name not in DECLARED_SETTINGS:
            found = nearest(name, DECLARED_SETTINGS)
            faults.add(
                locate(name), f'"{name}" is no setting',
                f"settings are: {', '.join(DECLARED_SETTINGS)}",
                f"did you mean {found[0]}?" if found else "", "unknown-setting",
            )  # fmt: skip
            continue
        try:
            out[name] = _setting(DECLARED_SETTINGS[name], raw)
        except CellError as error:
            faults.add(
                locate(name), f"setting {name} {error.what}", error.why, error.suggestion,
                error.kind,
            )  # fmt: skip
    return {name: value for name, value in out.items() if value is not None}


def _setting(attribute: Attribute, raw: Any) -> Any:
    if isinstance(raw, str) and attribute.name == "price_year" and raw.strip() == "nominal":
        return None
    if attribute.kind == "date":
        return read_date(raw, attribute.closes)
    if not attribute.numeric:
        text = None if raw is None else str(raw).strip()
        if text and attribute.choices and text not in attribute.choices:
            found = nearest(text, attribute.choices)
            raise CellError(
                f'is "{text}"', f"choices: {', '.join(attribute.choices)}",
                f"did you mean {found[0]}?" if found else "", "choice",
            )  # fmt: skip
        return text or None
    number = read_number(raw, _plain_unit(attribute.unit))
    if isinstance(number, Varying):
        raise CellError("varies", "a setting is one value", kind="setting")
    if math.isnan(number):
        return None
    low = -math.inf if attribute.low is None else attribute.low
    high = math.inf if attribute.high is None else attribute.high
    if not low <= number <= high or math.isinf(number):
        raise CellError(f"is {number:g}", f"allowed: {low:g} to {high:g}", kind="range")
    if attribute.kind == "integer" and number != int(number):
        raise CellError(f"is {number:g}, not a whole number", kind="integer")
    return int(number) if attribute.kind == "integer" else number


def _plain_unit(text: str) -> Expected:
    above, _, below = (text or "1").partition("/")
    return Expected(tuple(p for p in above.split("*") if p != "1"), tuple(filter(None, [below])))
