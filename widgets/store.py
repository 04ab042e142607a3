"""Finished answers: each body in every encoding with its headers and its "not modified" twin.

Pure ASGI, in front of the routes: an answer that is kept costs a dictionary look-up and a send.
"""

import hashlib
import re
import time
import zlib
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import brotli
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Header = tuple[bytes, bytes]

FRESH, REVALIDATE, ON_ERROR = 300, 60, 3600
"""Seconds an answer is fresh; may be shown while it is fetched anew; may be shown while we are down."""

QUICK, BEST = 5, 11
"""Qualities of brotli: for an answer made while a reader waits, and for one that is asked often."""

OFTEN = 20
"""From how many requests on an answer is worth the best compression."""

_REFUSED = re.compile(rb";\s*q=0(\.0*)?\s*$")
_POLICY = b"content-security-policy"
FOREVER = float("inf")
SENT = "health_widgets.sent"
_ALIAS_BYTES = 400
_LONGEST_ACCEPT = 200
"""Bytes of an Accept-Encoding that is read; browsers send thirty, and what is longer is answered plain."""
_BEST_MARK = b"-br11"
"""The end of the validator of what was compressed anew: other bytes, so another validator."""
_SMALL = 200
"""Below so many bytes compressing gains nothing."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One representation: the headers of a 200 and of a 304, and the bytes."""

    etag: bytes
    headers: tuple[Header, ...]
    unmodified: tuple[Header, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer. `edition` is what it was made from (None: holds for ever); `until` a POSIX time."""

    status: int
    encodings: dict[bytes, Encoded]
    edition: object = None
    until: float = FOREVER
    keep: bool = False
    quality: int = QUICK
    by_origin: bool = False
    """Whether it was made for one requesting origin, as those of a site with listed origins are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and let the store in front know."""
        if (sent := scope.get(SENT)) is not None:
            sent.append(self)
        start, body = self.messages(scope)
        await send(start)
        await send(body)

    def messages(self, scope: Scope) -> tuple[Message, Message]:
        """What is to be sent, in the best encoding that the request takes; made anew, since middleware may write to it."""
        accept = unmodified = b""
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                accept = value
            elif name == b"if-none-match":
                unmodified = value
        encoding = _encoding(accept) if len(accept) <= _LONGEST_ACCEPT else b""
        chosen = self.encodings.get(encoding) or self._compressed(encoding)
        if unmodified and self.status == 200 and scope["method"] != "POST" and (chosen.etag in unmodified or unmodified == b"*"):
            return {"type": "http.response.start", "status": 304, "headers": list(chosen.unmodified)}, {"type": "http.response.body", "body": b""}
        start = {"type": "http.response.start", "status": self.status, "headers": list(chosen.headers)}
        return start, {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else chosen.body}

    def improve(self) -> None:
        """Compress it once more, as well as can be: what is asked often is worth the time, about a millisecond for each KB; but only once,
        by however many request lines it is asked."""
        quick = self.encodings.get(b"br")
        if quick and not quick.etag.endswith(_BEST_MARK + b'"') and self.quality < BEST and len(self.encodings[b""].body) >= _SMALL:
            self.encodings[b"br"] = self._encoded(b"br", _brotli(self.encodings[b""].body, BEST), _BEST_MARK)

    def _compressed(self, encoding: bytes) -> Encoded:
        """The body in this encoding, made when it is first asked for; small ones stay as they are."""
        plain = self.encodings[b""]
        if len(plain.body) < _SMALL:
            return plain
        body = _brotli(plain.body, self.quality) if encoding == b"br" else _gzip(plain.body)
        self.encodings[encoding] = self._encoded(encoding, body, b"-" + encoding)
        return self.encodings[encoding]

    def _encoded(self, encoding: bytes, body: bytes, mark: bytes) -> Encoded:
        plain = self.encodings[b""]
        etag = plain.etag[:-1] + mark + b'"'
        unmodified = (*plain.unmodified[:-1], (b"etag", etag))
        length = (b"content-length", str(len(body)).encode())
        return Encoded(etag, (*unmodified, (b"content-encoding", encoding), length), unmodified, body)

    def readable_by(self, origin: bytes, ancestors: bytes) -> "Answer":
        """The same for one origin: no other page may read it (b"" for none, as when a server asks), or show it in a frame."""
        allow = ((b"access-control-allow-origin", origin),) if origin else ()
        policy = next((value for name, value in self.encodings[b""].headers if name == _POLICY), b"").replace(b"frame-ancestors 'none'", b"")
        locked = (_POLICY, b"; ".join(part for part in (policy.rstrip(b"; "), ancestors) if part))

        def own(headers: tuple[Header, ...]) -> tuple[Header, ...]:
            kept = (header for header in headers if header[0] not in {b"access-control-allow-origin", _POLICY})
            return (*allow, locked, *((n, b"Accept-Encoding, Origin" if n == b"vary" else v) for n, v in kept))  # the validator stays last

        encodings = {name: replace(one, headers=own(one.headers), unmodified=own(one.unmodified)) for name, one in self.encodings.items()}
        return replace(self, encodings=encodings, by_origin=True)

    @property
    def bytes(self) -> int:
        """The memory it takes, about: the plain body, and two compressed ones of a third."""
        return 1800 + len(self.encodings[b""].body) * 5 // 3


def origin_of(scope: Scope) -> bytes:
    """The origin of the page that asks; b"" where no page of another origin does."""
    return b", ".join(value for name, value in scope["headers"] if name == b"origin")


@lru_cache(1000)  # clients could invent headers without end
def _encoding(accept: bytes) -> bytes:
    """The encoding for an Accept-Encoding header: br, gzip or b"" for none."""
    takes = {part.partition(b";")[0].strip() for part in accept.lower().split(b",") if not _REFUSED.search(part)}
    return b"br" if b"br" in takes else b"gzip" if b"gzip" in takes else b""


def prepare(
    body: str | bytes,
    media_type: str,
    headers: Iterable[Header],
    *,
    status: int = 200,
    cache: str = "no-store",
    edition: object = None,
    until: datetime | None = None,
    now: datetime | None = None,
    quality: int = QUICK,
) -> Answer:
    """Make an answer ready to be sent many times; `cache` is its Cache-Control, "" for that of the library's answers."""
    raw = body.encode() if isinstance(body, str) else body
    control, keep_until, keep = (cache, FOREVER, status == 200 and "no-store" not in cache) if cache else _library_control(until, now)
    shared = (
        (b"content-type", media_type.encode()),
        (b"cache-control", control.encode()),
        (b"vary", b"Accept-Encoding"),
        *headers,
    )
    etag = b'"' + hashlib.sha256(raw).hexdigest()[:20].encode() + b'"'
    unmodified = (*shared, (b"etag", etag))
    plain = Encoded(etag, (*unmodified, (b"content-length", str(len(raw)).encode())), unmodified, raw)
    return Answer(status, {b"": plain}, edition, keep_until, keep, quality)


def _library_control(until: datetime | None, now: datetime | None) -> tuple[str, float, bool]:
    """Cache-Control, the time until which the answer may be kept here, and whether at all.

    What depends on the clock must be gone from every cache when it changes: near that moment the allowances shrink, and the
    answer is made anew for each request. A shared cache may hand it on as new when it is old, so each gets half of what is left.
    """
    if until is None or now is None:
        return f"max-age={FRESH}, stale-while-revalidate={REVALIDATE}, stale-if-error={ON_ERROR}", FOREVER, True
    left = (until - now).total_seconds()
    longest = 2 * (FRESH + ON_ERROR)
    if left > longest:
        control, _, _ = _library_control(None, None)
        return control, until.timestamp() - longest, True
    return f"max-age={max(0, min(FRESH, int(left / 2)))}", now.timestamp(), False


def _brotli(raw: bytes, quality: int) -> bytes:
    compressed: bytes = brotli.compress(raw, mode=brotli.MODE_TEXT, quality=quality, lgwin=16 if quality < BEST else 22)
    return compressed


def _gzip(raw: bytes) -> bytes:
    gzip = zlib.compressobj(6, wbits=31)
    return gzip.compress(raw) + gzip.flush()


@dataclass(slots=True)
class _Alias:
    """A request line that is answered from the store; after `left` more requests its answer is compressed better."""

    answer: Answer
    route: Any
    left: int = OFTEN


def _size(alias: Hashable) -> int:
    """The memory that an alias takes, about; what it is made of comes from a client, and may be long."""
    return _ALIAS_BYTES + len(repr(alias))


@dataclass
class Store:
    """Keeps answers by their meaning (`key`) and by the request lines that led to them (aliases).

    `current()` is the edition that is served: what was made from another is not found any more.
    """

    app: ASGIApp
    current: Any
    limit: int
    by_host: bool = False
    now: Callable[[], float] = time.time
    _kept: dict[Hashable, Answer] = field(default_factory=dict)
    _aliases: dict[Hashable, _Alias] = field(default_factory=dict)
    _background: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "health-widgets-brotli"))
    _bytes: int = 0
    _edition: object = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the store, or let the routes make the answer and keep it."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        if self._edition is not self.current():
            self._renew()
        alias = self._alias(scope) if self.by_host else (scope["path"], scope["query_string"])
        found = self._aliases.get(alias)
        if found is not None and found.answer.by_origin:
            found = self._aliases.get((alias, origin_of(scope)))
        if found is not None and (found.answer.until is FOREVER or self._holds(found.answer)):
            scope["route"] = found.route  # for the access log
            start, body = found.answer.messages(scope)
            await send(start)
            await send(body)
            found.left -= 1
            if not found.left:
                self._background.submit(found.answer.improve)
            return
        sent: list[Answer] = []
        scope[SENT] = sent
        await self.app(scope, receive, send)
        if sent and sent[0].keep and sent[0].edition in {None, self.current()}:
            self._remember(alias, sent[0], scope)

    def _remember(self, alias: Hashable, answer: Answer, scope: Scope) -> None:
        """Find this answer by its request line from now on; what was made for one origin only by that origin."""
        self._count(_size(alias) + (answer.bytes if answer.by_origin else 0))
        self._aliases[alias] = made = _Alias(answer, scope.get("route"))
        if answer.by_origin:
            self._aliases[alias, origin_of(scope)] = made

    def find(self, key: Hashable) -> Answer | None:
        """The kept answer of this meaning, if it still holds."""
        answer = self._kept.get(key)
        return answer if answer is not None and self._holds(answer) else None

    def keep(self, key: Hashable, answer: Answer) -> Answer:
        """Keep the answer under its meaning, and return it."""
        if answer.keep:
            self._count(answer.bytes)
            self._kept[key] = answer
        return answer

    def _holds(self, answer: Answer) -> bool:
        return (answer.edition is None or answer.edition is self.current()) and (answer.until is FOREVER or self.now() < answer.until)

    def _alias(self, scope: Scope) -> Hashable:
        """What tells two requests apart where there is no public address: all that the request's own base is made of as well."""
        hosts = tuple(value for name, value in scope["headers"] if name == b"host")
        return (scope["path"], scope["query_string"], scope.get("scheme"), scope.get("root_path"), hosts)

    def _renew(self) -> None:
        """Another edition is served: what was made from the one before is dropped, and the memory it held."""
        self._edition = self.current()
        self._kept = {key: answer for key, answer in self._kept.items() if answer.edition is None}
        self._aliases = {alias: found for alias, found in self._aliases.items() if found.answer.edition is None}
        self._bytes = sum(answer.bytes for answer in self._kept.values()) + sum(map(_size, self._aliases))

    def _count(self, more: int) -> None:
        """Hold the bound: when it is reached, start afresh, which costs one render for each answer in use."""
        self._bytes += more
        if self._bytes > self.limit:
            self._kept.clear()
            self._aliases.clear()
            self._bytes = more
