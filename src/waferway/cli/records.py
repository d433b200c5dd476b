"""Records of `waferway ledger append`: JSON text to mappings, every fault with its line.

Fractions are read as they are written: a decimal never becomes a binary float.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from waferway.errors import Faults, Place

__all__ = ["read_records"]


def read_records(text: str, name: str, owner: str | None = None) -> list[dict[str, Any]]:
    """Records of JSON lines, of a list, or of the ``claims`` of an object.

    Parameters
    ----------
    text : str
    name : str
        File name, for faults.
    owner : str, optional
        Owner of the records that name none.

    Raises
    ------
    InputError
        With every line that is no record.

    Examples
    --------
    >>> read_records('{"low": 0.10}', "claims.jsonl", owner="lab")
    [{'low': Decimal('0.10'), 'owner': 'lab'}]
    """
    faults = Faults()
    found: list[tuple[int, Any]] = []
    try:
        whole = _parse(text)
    except json.JSONDecodeError as broken:
        lines = [(k, line) for k, line in enumerate(text.splitlines(), 1) if line.strip()]
        if text.lstrip().startswith("[") or len(lines) == 1:
            faults.add(Place(name, broken.lineno, broken.colno), f"no JSON: {broken.msg}")
            lines = []
        for number, line in lines:
            try:
                found.append((number, _parse(line)))
            except json.JSONDecodeError as fault:
                faults.add(Place(name, number, fault.colno), f"no JSON: {fault.msg}")
            except ValueError as fault:
                faults.add(Place(name, number), str(fault))
    except ValueError as broken:
        faults.add(Place(name), str(broken))
    else:
        lists = whole if isinstance(whole, dict) else {"claims": whole}
        claims = lists.get("claims", lists.get("quality"))
        found = [(0, record) for record in claims] if isinstance(claims, list) else [(0, whole)]
    records: list[dict[str, Any]] = []
    for number, record in found:
        if not isinstance(record, dict):
            faults.add(Place(name, number), f"a record is an object, not {json.dumps(record)[:40]}",
                       suggestion='write {"claim_id": ...}')  # fmt: skip
            continue
        if owner is not None and record.get("owner") is None:
            record["owner"] = owner
        records.append(record)
    if not records and not len(faults):
        faults.add(Place(name), "there is no record", suggestion='write {"claim_id": ...}')
    faults.raise_any("nothing was logged")
    return records


def _parse(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_object)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no number; missing numbers are null")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" stands twice in one object')
    return made
