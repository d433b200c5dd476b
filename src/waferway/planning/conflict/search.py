"""The smallest clash among many members: QuickXplain on a yes-or-no question.

Owns the search. What the question is about is in `oracle`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["minimal_conflict"]


def minimal_conflict(
    ordered: Sequence[int], feasible: Callable[[frozenset[int]], bool], background: Sequence[int]
) -> list[int]:
    """Members that clash, none of which can be left out.

    Parameters
    ----------
    ordered : sequence of int
        Members, those first that people understand best: of two conflicts the one with earlier
        members is found.
    feasible : callable
        Whether the members of a set can all stand; a subset of a feasible set is feasible.
    background : sequence of int
        Members that stand whatever is found.

    Returns
    -------
    list of int
        In the given order. Together with `background` they are infeasible, and lifting any one
        of them is not. Empty where `background` alone is infeasible.

    Raises
    ------
    ValueError
        If everything together is feasible.

    Notes
    -----
    Junker, QuickXplain (AAAI 2004): about k log2(n / k) questions for k of n members.

    Examples
    --------
    >>> clash = {2, 5}
    >>> minimal_conflict(range(9), lambda some: not clash <= some, [])
    [2, 5]
    """
    if feasible(frozenset(background) | frozenset(ordered)):
        raise ValueError("nothing clashes")
    if not ordered or not feasible(frozenset(background)):
        return []
    found = _search(list(ordered), frozenset(background), False, feasible)
    return [member for member in ordered if member in found]


def _search(
    members: list[int],
    standing: frozenset[int],
    grown: bool,
    feasible: Callable[[frozenset[int]], bool],
) -> set[int]:
    if grown and not feasible(standing):
        return set()
    if len(members) == 1:
        return set(members)
    half = len(members) // 2
    first, second = members[:half], members[half:]
    of_second = _search(second, standing | set(first), bool(first), feasible)
    of_first = _search(first, standing | of_second, bool(of_second), feasible)
    return of_first | of_second
