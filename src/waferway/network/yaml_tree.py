"""YAML with positions: every key and value knows its line and column.

Owns the step from text to a tree of plain values. Scalars stay text (``NO`` is Norway, not
false; ``2024`` may be a period), so that YAML and CSV cells are read by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from waferway.errors import Faults, Place

__all__ = ["Tree", "parse_yaml"]


@dataclass(frozen=True)
class Tree:
    """A node of a YAML file.

    Attributes
    ----------
    file : str
    node : ruamel.yaml node
    faults : Faults
        Where doubled keys are recorded.
    """

    file: str
    node: Node
    faults: Faults

    @property
    def place(self) -> Place:
        """Where the node begins."""
        return Place(self.file, *self.mark)

    @property
    def mark(self) -> tuple[int, int]:
        """One-based line and column."""
        return self.node.start_mark.line + 1, self.node.start_mark.column + 1

    @property
    def is_mapping(self) -> bool:
        """Whether the node is a mapping."""
        return isinstance(self.node, MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether the node is a list."""
        return isinstance(self.node, SequenceNode)

    @property
    def is_empty(self) -> bool:
        """Whether the node is null or an empty text."""
        return isinstance(self.node, ScalarNode) and self.text is None

    @property
    def text(self) -> str | None:
        """Text of a scalar; None for null."""
        bare = getattr(self.node, "style", None) is None
        if bare and self.node.value in ("", "~", "null", "Null", "NULL"):
            return None
        return str(self.node.value)

    def items(self) -> Iterator[tuple[str, Tree, tuple[int, int]]]:
        """Keys of a mapping with their nodes and positions; merge keys are followed."""
        seen: dict[str, tuple[int, int]] = {}
        merged: list[Node] = []
        for key_node, node in self.node.value:
            key = str(key_node.value)
            mark = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key == "<<" and key_node.style is None:
                merged += node.value if isinstance(node, SequenceNode) else [node]
                continue
            if key in seen:
                self.faults.add(
                    Place(self.file, *mark), f'"{key}" is given twice',
                    f"first given on line {seen[key][0]}", "keep one of the two",
                    "duplicate-key",
                )  # fmt: skip
                continue
            seen[key] = mark
            yield key, Tree(self.file, node, self.faults), mark
        for node in merged:
            for key, tree, mark in Tree(self.file, node, self.faults).items():
                if key not in seen:
                    seen[key] = mark
                    yield key, tree, mark

    def entries(self) -> list[Tree]:
        """Entries of a list."""
        return [Tree(self.file, node, self.faults) for node in self.node.value]

    def plain(self) -> Any:
        """The node as text, list and dict."""
        if self.is_mapping:
            return {key: tree.plain() for key, tree, _ in self.items()}
        if self.is_list:
            return [tree.plain() for tree in self.entries()]
        return self.text


def parse_yaml(text: str, file: str, faults: Faults) -> Tree | None:
    """Parse one YAML document; None, and a fault, where it is none; None where it is empty."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        faults.add(
            place, f"not YAML: {error.problem or error.context}",
            f"{error.context}" if error.context and error.problem else "", "", "yaml",
        )  # fmt: skip
        return None
    except YAMLError as error:
        faults.add(Place(file), f"not YAML: {str(error).splitlines()[0]}", kind="yaml")
        return None
    return None if node is None else Tree(file, node, faults)
