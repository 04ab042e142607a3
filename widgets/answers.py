"""What every answer of ours has in common: its headers, its limits, and how it refuses."""

import logging
import re
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Scope, Send

from widgets.sites import Site
from widgets.store import Answer, Header, origin_of, prepare
from widgets.widget import BadAttribute

access = logging.getLogger("widgets.access")

Endpoint = Callable[[Request], Awaitable[ASGIApp]]
Row = tuple[str, Callable[..., Awaitable[ASGIApp]], tuple[str, ...]]
"""An address, what answers it, and the methods it takes."""

MOST_QUERY = 2048
MOST_BODY = 8192
"""Bytes of a query string, and of a form."""

_HOST = re.compile(r"(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?")
"""A host as browsers write it: nothing in it can end an attribute, or lead to another host."""

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
IMMUTABLE = "public, max-age=31536000, immutable"

# Each header costs a cached answer about half a microsecond in the server, so partials carry only those that do something.
EVERYWHERE: tuple[Header, ...] = ((b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"cross-origin"))
SHARED: tuple[Header, ...] = (*EVERYWHERE, (b"access-control-allow-origin", b"*"))
PARTIAL: tuple[Header, ...] = (*SHARED, (b"x-robots-tag", b"noindex"))
PERMISSIONS: Header = (b"permissions-policy", b"camera=(), geolocation=(), microphone=()")
PAGE: tuple[Header, ...] = (
    *EVERYWHERE,
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"strict-origin"),
    PERMISSIONS,
)
_POLICY, _REFERRER = b"content-security-policy", (b"referrer-policy", b"strict-origin")
INCLUDE: tuple[Header, ...] = (*PARTIAL, (_POLICY, b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"), _REFERRER)
"""For what a server puts into its page; opened by itself it does nothing."""
REFUSAL: tuple[Header, ...] = (*PARTIAL, (_POLICY, b"default-src 'none'; base-uri 'none'; form-action 'none'"), _REFERRER)
"""For a sentence, which may stand in a frame: the editor who wrote the frame's address is to read it."""


def framed(base: str, site: Site) -> tuple[Header, ...]:
    """The headers of a page for an iframe. They name our origin, since WebKit's 'self' is nothing in a sandbox."""
    own = "'self' " + "/".join(base.split("/")[:3])
    policy = f"default-src 'none'; script-src {own}; style-src {own}; form-action {own}; base-uri 'none'; {ancestors(site)}"
    security = ((b"content-security-policy", policy.encode()), (b"referrer-policy", b"strict-origin"), PERMISSIONS)
    return (*EVERYWHERE, *security, (b"x-robots-tag", b"noindex"))


class Lock(NamedTuple):
    """A site that lists who may embed it, and the origins that may read its answers."""

    site: Site
    origins: tuple[str, ...]


def ancestors(site: Site) -> str:
    """The directive that says which pages may show a frame of this site."""
    return f"frame-ancestors {' '.join(site.file.origins)}"


def guarded(endpoint: Endpoint, locked: Callable[[Request], Lock | None] = lambda _: None) -> Endpoint:
    """The endpoint behind the limit on the query string, and behind the origins of the site that is asked for, if it lists them.

    OPTIONS is answered for all that may be read from elsewhere.
    """

    async def guard(request: Request) -> ASGIApp:
        if refused := too_long(request.scope):
            return refused
        lock = locked(request)
        if lock and (refused := _foreign(lock, request)):
            return refused
        try:
            answer = preflight(request) if request.method == "OPTIONS" else await endpoint(request)
        except BadAttribute as error:  # where it is no page for readers, which says it in their words
            answer = refusal(error.status, str(error))
        except ClientDisconnect:  # a reader who leaves in the middle of a form is no fault
            return refusal(400, "The form ended too early; send it again.")
        return _own(answer, lock.site, origin_of(request.scope)) if lock and isinstance(answer, Answer) else answer

    return guard


def too_long(scope: Scope) -> Answer | None:
    """The refusal of an address whose query is too long; None for others."""
    if len(scope["query_string"]) <= MOST_QUERY:
        return None
    return refusal(414, f"The address is too long; its query may have {MOST_QUERY} characters.")


def bound(answer: Answer, lock: Lock, request: Request) -> Answer:
    """The answer for the page that asks, or its refusal; for a site that a form names, which stands behind no guard."""
    return _foreign(lock, request) or _own(answer, lock.site, origin_of(request.scope))


def _foreign(lock: Lock, request: Request) -> Answer | None:
    """The refusal of a page that stands on none of the origins; None where no page asks, or one that may."""
    origin = origin_of(request.scope).decode("latin-1")
    if not origin or origin in lock.origins:
        return None
    sentence = f'site: "{lock.site.slug}" may be shown on its own pages only; its library can add this page\'s origin to them.'
    return _own(refusal(403, sentence), lock.site, b"")


def _own(answer: Answer, site: Site, origin: bytes) -> Answer:
    return answer.readable_by(origin, ancestors(site).encode())


def refusal(status: int, sentence: str, *more: Header) -> Answer:
    """A refusal in one plain sentence, readable by the page that asked."""
    return prepare(sentence + "\n", TEXT, (*REFUSAL, *more), status=status, cache="max-age=60" if status == 404 else "no-store")


def not_allowed(methods: str) -> Answer:
    """The refusal of a method that the address does not take; `methods` are those it does."""
    allow = (b"allow", methods.encode())
    return prepare(f"This address takes {methods}.\n", TEXT, (*PARTIAL, allow), status=405)


def preflight(request: Request) -> Answer:
    """The answer to OPTIONS. Ours need none, but pages that wrap fetch() add headers, and browsers then ask."""
    asked = request.headers.get("access-control-request-headers", "")
    allowed = "".join(c for c in asked if c.isalnum() or c in "-, ")[:1000]
    headers = (
        (b"access-control-allow-methods", b"GET, HEAD, POST"),
        (b"access-control-allow-headers", allowed.encode("ascii", "ignore")),
        (b"access-control-max-age", b"7200"),
    )
    return prepare(b"", TEXT, (*SHARED, *headers), status=204)


_IN_ADDRESS = ("site", "lang", "limit", "offset")
"""What a search's address says: in its form it would mean nothing, and the answer would be of another site or language."""


async def form(request: Request, name: str) -> str:
    """A field of a posted form, at most 200 characters; what it holds is kept nowhere."""
    body = await posted(request)
    fields = parse_qs(body, keep_blank_values=True, max_num_fields=20) if body.count("&") < 20 else {}
    if astray := next((key for key in _IN_ADDRESS if key in fields), ""):
        raise HTTPException(400, f"{astray}: stands in the form; write it into the address, like ?{astray}=...")
    return fields.get(name, [""])[0][:200]


async def posted(request: Request) -> str:
    """The body of a posted form, which has a limit; what it holds is kept nowhere."""
    given = (request.headers.get("content-type") or FORM).partition(";")[0].strip().lower()
    if given != FORM:
        raise HTTPException(415, f"The body is no form; send it as {FORM}.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise HTTPException(413, f"The form is too long; it may have {MOST_BODY} bytes.")
    return body.decode("utf-8", "replace")


def own_base(scope: Scope) -> str:
    """The request's own base address, on loopback hosts only: elsewhere anyone could choose what we print."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    if not _is_loopback(host):
        raise HTTPException(421, "This library does not know its public address; set HEALTH_WIDGETS_PUBLIC_URL.")
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"


def _is_loopback(host: str) -> bool:
    if not _HOST.fullmatch(host):
        return False
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name.endswith(".localhost") or ip_address(name).is_loopback
    except ValueError:
        return False


def route_of(scope: Scope) -> str:
    """The route's template, e.g. /articles/{slug}: never the path, which may tell what someone read."""
    return getattr(scope.get("route"), "path", "(no route)")


def logged(scope: Scope, send: Send) -> Send:
    """`send`, which also writes method, route and status to the access log."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            access.info("%s %s %d", scope["method"], route_of(scope), message["status"])
        await send(message)

    return sending
