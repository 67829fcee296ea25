"""HTTP: the API, the console and the public pages, in one ASGI app (`web.app.build_app`).

Rules of this room:

1. `POST /api/v1/messages` never meets the framework; everything else does.
2. Who asks is known before anything is read: a bearer token with scopes bound to channels, or a
   session. Unknown is 401, known and without right is 403.
3. A decision on a case is made by a signed-in person, never by a token.
4. A request that changes something and comes with a cookie carries a CSRF token and does not come
   from another site.
5. Every response carries the security headers; private pages are never stored by a cache.

What the parts of this room agree on:

- `web/console/routes.py` and `web/public/routes.py` each expose `route_handlers`, a list of
  Litestar handlers. `request.app.state.engine` is the `EmbeddedEngine`,
  `request.app.state.settings` the `WebSettings`, `request.app.state.gate` the `auth.Gate`.
- Who asks: `auth.caller(request)` gives the `Caller` or None; the guards of `auth.guards`
  (`signed_in`, `needs("read")` …) go into a handler's or router's `guards=[…]`. A console page
  without a session answers 303 to `/login?next=…`.
- `auth.csrf_token(request)` gives the token for forms (hidden field `csrf`) and for scripts (header
  `X-CSRF-Token`, read from `<meta name="csrf">`).
- Pages of `auth`: GET and POST `/login` (fields `name`, `password`, or `one_time`, and `next`),
  GET and POST `/login/password` (first use: `name`, `password`, `again`), POST `/logout`. They are
  rendered by `web.console.templates.render(request, template, **context) -> Response` from
  `login.html` (context: `csrf`, `next`, `error`: None or one of `wrong`, `slow_down`, `expired`,
  `wait` seconds) and `password.html` (context: `csrf`, `error`: None or one of `short`, `differ`,
  `name`, `taken`).
"""
