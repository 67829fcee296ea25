"""The pages of a target's own: what she protects, and what was kept from her."""

from typing import Any

from rempart.web.mine import digest, file, folder_routes, routes

route_handlers: list[Any] = [
    *routes.route_handlers,
    *digest.route_handlers,
    *file.route_handlers,
    *folder_routes.route_handlers,
]

__all__ = ["route_handlers"]
