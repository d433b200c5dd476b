"""Design files: YAML to a `ChipDesign`, with every fault at its line and column.

Owns the format ``waferway-chip/1``: its keys, their units and what is required. The table of
keys below is the one declaration; reading, the reference page and the JSON Schema follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waferway.chips.design import (
    TESTS,
    Bin,
    BlockClass,
    ChipDesign,
    Compute,
    Die,
    Memory,
    Outline,
    Package,
    check_design,
)
from waferway.errors import Faults, InputError, Place, UnitError, nearest
from waferway.network.yaml_tree import Tree, parse_yaml
from waferway.units import parse_quantity

__all__ = ["FORMAT", "KEYS", "Key", "design_schema", "parse_design", "read_design"]

FORMAT = "waferway-chip/1"
PARTS = {"blocks": "group of blocks", "memory": "kind of memory"}
"""Parts of a design whose name in the file is no word for one of them."""


@dataclass(frozen=True)
class Key:
    """One key of the file: its kind (text, integer, number, flag, or a part), unit, meaning."""

    name: str
    kind: str
    meaning: str
    unit: str = ""
    required: bool = False


def _keys(*keys: Key) -> dict[str, Key]:
    return {key.name: key for key in keys}


_SIDES = (
    Key("width_mm", "number", "width", "mm", required=True),
    Key("height_mm", "number", "height", "mm", required=True),
)
KEYS: dict[str, dict[str, Key]] = {
    "design": _keys(
        Key("format", "text", f"{FORMAT}; may be left out"),
        Key("name", "text", "short name, used for items and recipes", required=True),
        Key("label", "text", "name for people"),
        Key("family", "text", "designs of one family pay for equal dies once"),
        Key("dies", "list:die", "kinds of die", required=True),
        Key("memory", "list:memory", "stacks of high-bandwidth memory"),
        Key("package", "part:package", "how the parts are joined", required=True),
        Key("tests", "names", f"which of {', '.join(TESTS)}; all when absent"),
        Key("power_w", "number", "board power of one package", "W"),
        Key("compute", "part:compute", "peak and measured rates"),
        Key("assume", "numbers", "own values by `subject metric`, in the unit of the claim"),
    ),
    "die": _keys(
        Key("name", "text", "short name", required=True),
        Key("node", "text", "process, for example n4", required=True),
        *_SIDES,
        Key("count", "integer", "in a package; of a stacked die, on each base; 1 when absent"),
        Key("blocks", "list:blocks", "repairable blocks"),
        Key("yield_model", "text", "negative-binomial when absent"),
        Key("critical_layers", "integer", "of the bose-einstein model"),
        Key("stitched", "flag", "exposed as several fields"),
        Key("stitch_yield", "number", "share of good seams", "1"),
        Key("on", "text", "die it is stacked on"),
        Key("modules_mm2", "numbers", "area of modules reused in the family", "mm2"),
        Key("ip_usd", "number", "licences of bought blocks, paid once", "USD"),
    ),
    "blocks": _keys(
        Key("name", "text", "for example sm", required=True),
        Key("count", "integer", "blocks on the die", required=True),
        Key("needed", "integer", "good ones needed; those of the lowest bin when absent"),
        Key("area_share", "number", "share of the die's area in all of them", "1", required=True),
        Key("bins", "list:bin", "products by good blocks, the best first"),
    ),
    "bin": _keys(
        Key("name", "text", "short name", required=True),
        Key("needed", "integer", "good blocks needed", required=True),
    ),
    "memory": _keys(
        Key("kind", "text", "for example hbm3e", required=True),
        Key("stacks", "integer", "stacks with memory", required=True),
        Key("core_dies", "integer", "DRAM dies in a stack", required=True),
        Key("gb_per_stack", "number", "memory of a stack", "GB", required=True),
        Key("dummy_stacks", "integer", "stacks without memory"),
    ),
    "package": _keys(
        Key("kind", "text", "for example cowos-s, cowos-l, emib, mcm, flip-chip", required=True),
        Key("order", "text", "chip-last (default) or chip-first"),
        Key("interposer", "part:outline", "interposer or fan-out layer"),
        Key("substrate", "part:outline", "package substrate", required=True),
    ),
    "outline": _keys(*_SIDES),
    "compute": _keys(
        Key("dense_flops", "numbers", "peak by number format, dense", "flop/s"),
        Key("bandwidth", "number", "memory bandwidth; from the stacks when absent", "B/s"),
        Key("memory_gb", "number", "memory as sold; from the stacks when absent", "GB"),
        Key("measured", "numbers", "measured rates by workload"),
        Key("link", "number", "bandwidth to other chips in a node", "B/s"),
        Key("software", "text", "family of serving software: nvidia, amd or any"),
    ),
}  # fmt: skip


class _Reader:
    """Walks the tree once; remembers where every value stood."""

    def __init__(self, file: str, faults: Faults) -> None:
        self.file = file
        self.faults = faults
        self.places: dict[str, Place] = {}

    def part(self, tree: Tree, kind: str, path: str) -> dict[str, Any]:
        """Values of one mapping by the declaration of its kind; faulty ones are left out."""
        declared = KEYS[kind]
        out: dict[str, Any] = {}
        if not tree.is_mapping:
            self.faults.add(
                tree.place,
                f"{path or 'a design'} must have keys",
                f"keys are: {', '.join(declared)}",
                kind="shape",
            )
            return out
        prefix = f"{path}." if path else ""
        self.places[path] = tree.place
        seen = set()
        for name, value, mark in tree.items():
            if name not in declared:
                near = nearest(name, declared)
                self.faults.add(
                    Place(self.file, *mark),
                    f"{prefix}{name} is not a key of a {kind}",
                    f"keys are: {', '.join(declared)}",
                    f"did you mean {near[0]}?" if near else "",
                    "unknown-key",
                )
                continue
            seen.add(name)
            self.places[prefix + name] = value.place
            got = self.value(value, declared[name], prefix + name)
            if got is not None:
                out[name] = got
        for name, key in declared.items():
            if key.required and name not in seen:
                self.faults.add(
                    tree.place,
                    f"{prefix}{name} is missing",
                    f"every {PARTS.get(kind, kind)} states its {name}: {key.meaning}",
                    f"write {name}: ...",
                    "missing",
                )
        return out

    def value(self, tree: Tree, key: Key, path: str) -> Any:
        """One value, or None with a fault."""
        form, _, kind = key.kind.partition(":")
        if form == "part":
            return self.part(tree, kind, path)
        if form in ("list", "names"):
            if not tree.is_list:
                self.faults.add(tree.place, f"{path} must be a list", _states(key), kind="shape")
                return None
            out = []
            for index, entry in enumerate(tree.entries()):
                spot = f"{path}[{index}]"
                self.places[spot] = entry.place
                out.append(self.part(entry, kind, spot) if kind else str(entry.text))
            return out
        if form == "numbers":
            if not tree.is_mapping:
                self.faults.add(tree.place, f"{path} must have keys", _states(key), kind="shape")
                return None
            numbers = {}
            for name, entry, _mark in tree.items():
                self.places[f"{path}.{name}"] = entry.place
                number = self.number(entry, key.unit, f"{path}.{name}")
                if number is not None:
                    numbers[name] = number
            return numbers
        if tree.is_mapping or tree.is_list or tree.text is None:
            self.faults.add(
                tree.place, f"{path} must be a single value", _states(key), kind="shape"
            )
            return None
        if form == "text":
            return tree.text
        if form == "flag":
            flags = {"true": True, "yes": True, "false": False, "no": False}
            if tree.text.casefold() not in flags:
                self.faults.add(tree.place, f'{path}: "{tree.text}" is neither true nor false')
                return None
            return flags[tree.text.casefold()]
        number = self.number(tree, key.unit, path)
        if form == "integer" and number is not None:
            if number != int(number):
                self.faults.add(tree.place, f"{path} is {number:g}; a whole number is needed")
                return None
            return int(number)
        return number

    def number(self, tree: Tree, unit: str, path: str) -> float | None:
        """A number in the declared unit; text may carry its own unit."""
        if tree.is_mapping or tree.is_list or tree.text is None:
            self.faults.add(tree.place, f"{path} must be a number", kind="shape")
            return None
        try:
            quantity = parse_quantity(tree.text, unit or None)
        except UnitError as error:
            fault = error.faults[0]
            self.faults.add(
                tree.place,
                f"{path}: {fault.what}",
                fault.why,
                fault.suggestion or (f"give it in {unit}" if unit else ""),
                "unit",
            )
            return None
        if quantity.value is None:
            self.faults.add(
                tree.place,
                f'{path}: "{tree.text}" is a range',
                "a design states one value; intervals belong to claims",
                kind="range",
            )
            return None
        return quantity.value


def _states(key: Key) -> str:
    """Why a value has the wrong shape: what it is there to say."""
    return f"it states: {key.meaning}"


def _outline(values: Mapping[str, Any]) -> Outline:
    return Outline(values.get("width_mm", 1.0), values.get("height_mm", 1.0))


def _die(values: dict[str, Any]) -> Die:
    blocks = []
    for given in values.pop("blocks", []):
        bins = tuple(Bin(b.get("name", ""), b.get("needed", 0)) for b in given.get("bins", []))
        least = min([b.needed for b in bins], default=given.get("count", 1))
        blocks.append(
            BlockClass(
                given.get("name", ""),
                given.get("count", 1),
                given.get("needed", least),
                given.get("area_share", 0.0),
                bins,
            )
        )
    filled: dict[str, Any] = {"name": "", "node": "", "width_mm": 1.0, "height_mm": 1.0} | values
    return Die(**filled, blocks=tuple(blocks))


def parse_design(text: str, file: str = "") -> ChipDesign:
    """Read a design from YAML text.

    Raises
    ------
    InputError
        With every fault of the text, each with line and column.

    Examples
    --------
    >>> design = parse_design('''
    ... name: tiny
    ... dies: [{name: core, node: n5, width_mm: 10, height_mm: 0.8 cm}]
    ... package: {kind: flip-chip, substrate: {width_mm: 20, height_mm: 20}}
    ... ''')
    >>> design.dies[0].area_mm2
    80.0
    """
    faults = Faults()
    tree = parse_yaml(text, file, faults)
    if tree is None:
        if not len(faults):
            faults.add(Place(file, 1), "the design is empty", "it needs name, dies and package")
        faults.raise_any("no chip was read")
        raise AssertionError
    reader = _Reader(file, faults)
    values = reader.part(tree, "design", "")
    form = values.pop("format", FORMAT)
    if form != FORMAT:
        faults.add(
            reader.places["format"],
            f'format "{form}" is not known',
            f"this version reads {FORMAT}",
            f"write format: {FORMAT}",
            "unknown-format",
        )
    package = values.pop("package", {})
    interposer = package.get("interposer")
    compute = values.pop("compute", {})
    compute["bandwidth_bytes_s"] = compute.pop("bandwidth", None)
    compute["link_bytes_s"] = compute.pop("link", None)
    design = ChipDesign(
        name=values.pop("name", ""),
        dies=tuple(_die(dict(die)) for die in values.pop("dies", [])),
        memory=tuple(
            Memory(**({"kind": "", "stacks": 0, "core_dies": 1, "gb_per_stack": 1.0} | memory))
            for memory in values.pop("memory", [])
        ),
        package=Package(
            package.get("kind", ""),
            _outline(package.get("substrate", {})),
            None if interposer is None else _outline(interposer),
            package.get("order", "chip-last"),
        ),
        tests=tuple(values.pop("tests", TESTS)),
        compute=Compute(**compute),
        places=reader.places,
        **values,
    )
    found = {str(fault.place) for fault in faults}
    missing = any(fault.kind == "missing" for fault in faults)
    faults.extend(
        fault
        for fault in check_design(design)
        # What is missing was said already, with its line.
        if str(fault.place) not in found and not (missing and fault.kind == "empty")
    )
    faults.raise_any("no chip was read")
    return design


def read_design(path: str | Path) -> ChipDesign:
    """Read a design file.

    Parameters
    ----------
    path : str or Path
        A file ending in ``.yaml`` or ``.yml``.

    Raises
    ------
    InputError
        If the file is absent, of another format, or faulty; every fault with its place.
    """
    file = Path(path)
    faults = Faults()
    if file.exists() and file.suffix.casefold() not in (".yaml", ".yml"):
        faults.add(
            Place(str(file)),
            f'files ending in "{file.suffix}" are not designs',
            "a design is YAML",
            "save it as .yaml",
            "unknown-format",
        )
    elif not file.is_file():
        others = [p.name for p in file.parent.glob("*.y*ml")] if file.parent.is_dir() else []
        near = nearest(file.name, others)
        faults.add(
            Place(str(file)),
            "there is no such file",
            suggestion=f"did you mean {near[0]}?" if near else "",
            kind="no-file",
        )
    faults.raise_any("no chip was read")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        faults.add(Place(str(file)), "the file is not UTF-8 text", kind="unknown-format")
        raise InputError(faults, "no chip was read") from None
    return parse_design(text, str(path))


def design_schema() -> dict[str, Any]:
    """JSON Schema of a design file, for editors.

    Examples
    --------
    >>> design_schema()["required"]
    ['name', 'dies', 'package']
    """
    simple = {"text": "string", "flag": "boolean", "integer": "integer"}

    def of(key: Key) -> dict[str, Any]:
        form, _, kind = key.kind.partition(":")
        text = f"{key.meaning} ({key.unit})" if key.unit else key.meaning
        number: dict[str, Any] = {"type": ["number", "string"]}
        if form == "part":
            body = part(kind)
        elif form == "list":
            body = {"type": "array", "items": part(kind)}
        elif form == "names":
            body = {"type": "array", "items": {"enum": list(TESTS)}}
        elif form == "numbers":
            body = {"type": "object", "additionalProperties": number}
        else:
            body = {"type": simple[form]} if form in simple else dict(number)
        return body | {"description": text}

    def part(kind: str) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: of(key) for name, key in KEYS[kind].items()},
            "required": [name for name, key in KEYS[kind].items() if key.required],
        }

    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | part("design")
