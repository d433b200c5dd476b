"""The shipped world: claims compiled into a network, and the means to look into them."""

from waferway.atlas.world import world

__all__ = ["world"]
