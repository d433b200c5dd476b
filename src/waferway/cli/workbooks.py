"""What `waferway network excel` does, both ways."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from waferway.cli import say
from waferway.errors import Fault, InputError, Place

__all__ = ["book_to_network", "network_to_book"]


def network_to_book(book: Path, path: str | None, force: bool) -> None:
    """Write a network, the atlas or the small example as a workbook."""
    import waferway

    if book.suffix != ".xlsx":
        raise InputError(
            [Fault(Place(str(book)), "a workbook ends in .xlsx",
                   suggestion=f"name it {book.parent / (book.stem or 'network')}.xlsx")],
            "nothing was written",
        )  # fmt: skip
    if path is None:
        with as_file(files("waferway.network") / "example.yaml") as example:
            net = waferway.read(example)
    elif path == "atlas" and not Path(path).exists():
        net = waferway.world()
    else:
        net = waferway.read(path)
    waferway.write(net, book, "xlsx", force=force)
    say(f"wrote {book}; plan it with: waferway plan {book}")


def book_to_network(book: Path, back: Path, force: bool) -> None:
    """Read a workbook and write a folder or a YAML file."""
    import waferway

    form = "yaml" if back.suffix in (".yaml", ".yml") else "folder"
    say(f"wrote {waferway.write(waferway.read(book), back, form, force=force)}")
