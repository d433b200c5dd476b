"""Why a plan is as it is: what binds, what pays for each build, which claims move it.

Owns the words and tables of `Plan.explain`. Prices come from `waferway.planning.prices`; what
cannot be planned at all is explained in `waferway.planning.conflict`.
"""

from waferway.planning.explanation.bottlenecks import bottlenecks
from waferway.planning.explanation.explanation import Explanation, explain

__all__ = ["Explanation", "bottlenecks", "explain"]
