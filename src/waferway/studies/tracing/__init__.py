"""From a figure of a plan down to the claims and sources it rests on."""

from waferway.studies.tracing.evidence import Cell, Part, Trace
from waferway.studies.tracing.figures import trace

__all__ = ["Cell", "Part", "Trace", "trace"]
