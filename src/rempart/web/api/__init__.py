"""The routes of the contract under `/api/v1`; `messages` is raw ASGI, the others Litestar."""
