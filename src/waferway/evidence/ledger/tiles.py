"""Tiles and entry bundles of C2SP tlog-tiles: a log as a folder of plain files.

Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from waferway.evidence.ledger.failures import EntryTooLarge, WrongPartialTile

WIDTH = 256


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Path of a tile; `level` ``entries`` for an entry bundle.

    Examples
    --------
    >>> tile_path(0, 1234067), tile_path(1, 0, 17), tile_path("entries", 273, 112)
    ('tile/0/x001/x234/067', 'tile/1/000.p/17', 'tile/entries/273.p/112')
    """
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.append(f"x{number % 1000:03d}")
    name = "/".join(reversed(groups))
    partial = f".p/{width}" if width != WIDTH else ""
    return f"tile/{level}/{name}{partial}"


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """Tiles (level, number, width) of a log of `size` entries.

    Examples
    --------
    >>> found = list(tiles_of(70_000))
    >>> len(found), found[272:275], found[275:]
    (277, [(0, 272, 256), (0, 273, 112), (1, 0, 256)], [(1, 1, 17), (2, 0, 1)])
    """
    level, hashes = 0, size
    while hashes:
        full, rest = divmod(hashes, WIDTH)
        for number in range(full):
            yield level, number, WIDTH
        if rest:
            yield level, full, rest
        level, hashes = level + 1, full


def bundle_bytes(entries: list[bytes]) -> bytes:
    """Entry bundle: every entry after its length in two bytes."""
    for entry in entries:
        if len(entry) > 65_535:
            raise EntryTooLarge(f"an entry of {len(entry)} bytes; at most 65,535")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def bundle_entries(data: bytes, where: str = "") -> list[bytes]:
    """Entries of a bundle; raises `WrongPartialTile` where lengths do not add up."""
    entries, at = [], 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise WrongPartialTile("the bundle ends inside an entry", where=where)
        entries.append(entry)
        at += 2 + length
    return entries
