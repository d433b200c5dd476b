"""Why no plan satisfies a network: the smallest conflicting set, and the least change.

Owns what `Infeasible` carries. Members are cells of the network in single periods; the search
asks HiGHS whether the rest is feasible, in whole numbers where there are any.
"""

from waferway.planning.conflict.conflict import Clash, Conflict, Remedy, find_conflict
from waferway.planning.conflict.members import Member

__all__ = ["Clash", "Conflict", "Member", "Remedy", "find_conflict"]
