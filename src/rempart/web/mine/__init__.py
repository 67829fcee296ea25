"""The pages of a target's own: what she protects, and what was kept from her."""

from rempart.web.mine.routes import route_handlers

__all__ = ["route_handlers"]
