"""Planning: what to build, buy, reserve and ship, where and when.

`plan` takes a `Network` and returns a `Plan`. The model is stated once in `formulation`; the
mathematics is on the page `docs/mathematics.md`.
"""

from __future__ import annotations

from waferway.planning.plan import Plan
from waferway.planning.planner import plan

__all__ = ["Plan", "plan"]
