"""Read a network: a folder of CSV and YAML files, one YAML file, or a workbook.

Owns which file is read how; every fault of every file is raised at once as
``file:line:column``. What the cells mean is for `waferway.network.assembly`.
"""

from __future__ import annotations

from pathlib import Path

from waferway.errors import Faults, InputError, Place, nearest
from waferway.evidence.claims import read_evidence
from waferway.network.csv_reading import read_csv_table
from waferway.network.gathering import Reading
from waferway.network.intake import no_table
from waferway.network.network import Network
from waferway.network.schema import SCHEMA_VERSION, TABLES
from waferway.network.yaml_reading import read_network_file, read_table_file

__all__ = ["read"]

_NOT_YAML = (".csv", ".xls", ".ods", ".parquet", ".json")


def read(path: str | Path, *, part: bool = False) -> Network:
    r"""Read and check a network.

    Parameters
    ----------
    path : str or Path
        A folder with ``network.yaml`` and one ``<table>.csv`` or ``<table>.yaml`` per table,
        ``claim*.csv`` and ``source*.csv``; or one YAML file with all of it; or a workbook
        (``.xlsx``) with a sheet per table.
    part : bool
        Whether it was cut from a larger network, as in the folder of a party's plan: rows may
        then refer to what was cut away, and only cells are checked.

    Returns
    -------
    Network

    Raises
    ------
    InputError
        With every fault at once.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "net.yaml").write_text(
    ...     "waferway: 1\nparty: {acme: {kind: lab, country: US}}\n")
    >>> read(folder / "net.yaml").table("party").loc["acme", "country"]
    'US'
    """
    reading = Reading()
    reading.part = part
    where = Path(path)
    if where.is_dir():
        _read_folder(where, reading)
    elif where.name == "network.yaml" and where.is_file():
        _read_folder(where.parent, reading)  # the heading of a folder stands for the folder
    elif where.is_file() and where.suffix in _NOT_YAML:
        reading.faults.add(
            Place(str(where)), "neither a folder nor a YAML file nor an .xlsx workbook", "",
            f"a table belongs in a folder beside network.yaml: {where.parent}", "no-file",
        )  # fmt: skip
    elif where.is_file() and where.suffix == ".xlsx":
        from waferway.network.workbook_reading import read_sheets

        read_sheets(where, reading)
    elif where.is_file():
        read_network_file(where, reading)
    else:
        _missing(where, reading.faults)
    return reading.finish()


def _missing(where: Path, faults: Faults) -> None:
    beside = [p.name for p in where.parent.iterdir()] if where.parent.is_dir() else []
    found = nearest(where.name, beside)
    faults.add(
        Place(str(where)), "there is no such file or folder",
        suggestion=f"did you mean {where.parent / found[0]}?" if found else
        "waferway network new PATH writes an example", kind="no-file",
    )  # fmt: skip


def _read_folder(folder: Path, reading: Reading) -> None:
    """Read every file of a folder that belongs to a network."""
    main = folder / "network.yaml"
    if main.is_file():
        read_network_file(main, reading)
    else:
        reading.faults.add(
            Place(str(folder)), "network.yaml is missing",
            "it holds the schema version and the settings",
            f"write network.yaml with the line: waferway: {SCHEMA_VERSION}", "no-file",
        )  # fmt: skip
    if not reading.readable:
        return
    claims, sources = [], []
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".csv", ".yaml", ".yml") or path == main:
            continue
        if path.suffix == ".csv" and path.stem.startswith("claim"):
            claims.append(path)
        elif path.suffix == ".csv" and path.stem.startswith("source"):
            sources.append(path)
        elif reading.translate.table(path.stem) not in TABLES:
            reading.not_whole(path.stem)
            no_table(path.stem, Place(str(path)), reading.faults)
        elif path.suffix == ".csv":
            read_csv_table(path, reading)
        else:
            read_table_file(path, reading)
    try:
        evidence = read_evidence(claims, sources)
        reading.claims += evidence.values()
        reading.sources += evidence.sources.values()
    except InputError as error:
        reading.evidence_faults(error)
