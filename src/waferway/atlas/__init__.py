"""The shipped world: claims compiled into a network, a catalogue beside it, and means to check."""

from waferway.atlas.catalogue import catalogue
from waferway.atlas.world import world

__all__ = ["catalogue", "world"]
