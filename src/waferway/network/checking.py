"""Every check of a network, all faults at once.

Owns the order of checks and the doors to them; the checks themselves are in
`check_cells` (single cells and names), `check_time` (values over time and age, evidence,
branches) and, of what tables say together, `check_making` (recipes, lines, qualifications),
`check_contracts` (shares, bookings, modules, offers) and `check_naming` (lanes, limits,
records, what-ifs).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from waferway.errors import Fault, InputError, Place
from waferway.network.check_cells import check_cells
from waferway.network.check_contracts import check_contracts
from waferway.network.check_making import check_making
from waferway.network.check_naming import check_naming
from waferway.network.check_time import check_time
from waferway.network.findings import Findings
from waferway.network.network import Network
from waferway.network.schema import TABLES

__all__ = ["check", "check_path", "faults_of"]


def check(network: Network) -> list[Fault]:
    """Every fault of a network, in the order of its places; empty when it is sound.

    Parameters
    ----------
    network : Network
        For example one whose tables were replaced; reading and building check by themselves.

    Returns
    -------
    list of Fault

    Examples
    --------
    >>> net = Network.build({"party": [{"name": "acme", "kind": "lab"}]})
    >>> check(net)
    []
    >>> print(check(net.with_tables({"party": net.table("party").assign(country="UK")}))[0])
    <in memory>:party["acme"].country  party "acme": country is "UK", which is no country code
                                       did you mean GB (United Kingdom)?
    """

    def locate(table: str, row: int, column: str) -> Place:
        if table == "setting":
            return Place(cell=f"settings.{column}")
        return network.place(table, network.tables[table].index[row], column)

    return sorted(faults_of(network, locate), key=lambda fault: fault.place)


def faults_of(
    network: Network,
    locate: Callable[[str, int, str], Place],
    poisoned: Collection[tuple[str, int, str]] = frozenset(),
    unread: Collection[str] = (),
) -> list[Fault]:
    """Every fault of a network whose cells stand where `locate` says.

    Parameters
    ----------
    network : Network
    locate : callable (table, row, column) -> Place
        Table ``setting`` stands for the settings.
    poisoned : collection of (table, row, column)
        Cells that could not be read; nothing more is said of them.
    unread : collection of str
        Tables (or ``claims``) that could not be read whole: nothing is said of what they lack.
    """
    findings = Findings(network, locate, poisoned, unread)
    check_cells(findings)
    check_time(findings)
    if not set(unread) & set(TABLES):
        check_making(findings)
        check_contracts(findings)
        check_naming(findings)
    return list(findings.faults)


def check_path(path: str | Path) -> list[Fault]:
    """Every fault of a network on disk; empty when it can be planned.

    Examples
    --------
    >>> print(check_path("no-such-folder")[0].what)
    there is no such file or folder
    """
    from waferway.network.reading import read

    try:
        read(path)
    except InputError as error:
        return list(error.faults)
    return []
