"""How several tests ask a server, and look at what comes back: as bytes on a socket, and as a parsed page."""

import json
import re
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

TAGS = frozenset(re.findall(r"\w+", """
    html head body meta title link a p strong em del br hr ul ol li blockquote h1 h2 h3 h4 h5 h6 table thead tbody tr th td dl dt dd sup sub code
    div span section svg path circle nav main header footer form label input select option button details summary script output mark
"""))  # fmt: skip
"""Every element that our templates and the content's Markdown may make."""

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data", "poster", "srcset", "ping", "background")


@dataclass(frozen=True)
class Said:
    """A raw answer: its status, its headers in lower case, its body."""

    status: int
    headers: dict[str, str]
    body: str


def send(base: str, raw: bytes) -> Said | None:
    """Send bytes to the server at `base` and read until it closes; None where it says nothing."""
    parts = urlsplit(base)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(raw)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return _said(answer) if answer else None


def ask(base: str, target: str | bytes, *headers: str, method: str = "GET", host: str = "", body: bytes = b"") -> Said:
    """One request with a target that no client library would send as it stands."""
    raw = target.encode("latin-1") if isinstance(target, str) else target
    lines = [f"Host: {host or urlsplit(base).netloc}", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    said = send(base, method.encode() + b" " + raw + b" HTTP/1.1\r\n" + "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
    assert said is not None, f"no answer to {method} {target!r}"
    return said


def many(base: str, targets: list[str]) -> int:
    """Send HEAD requests one after another down one connection without waiting; how many were answered with 200."""
    parts = urlsplit(base)
    lines = [f"HEAD {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n" for target in targets[:-1]]
    last = f"HEAD {targets[-1]} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    answer = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall("".join([*lines, last]).encode())
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.count(b"HTTP/1.1 200")


def _said(answer: bytes) -> Said:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Said(int(first.split()[1]), headers, body.decode("utf-8", "replace"))


def parsed(html: str) -> LexborHTMLParser:
    """The page as a browser's parser would build it."""
    return LexborHTMLParser(html)


def nodes(html: str) -> list[LexborNode]:
    """Every element of the page, as a browser's parser would build it."""
    return [node for node in parsed(html).root.traverse() if node.tag and not node.tag.startswith("-")]  # type: ignore[union-attr]


def dangers(html: str) -> list[str]:
    """What in the page could run, or stands where no template of ours puts it."""
    found = []
    for node in nodes(html):
        attributes = node.attributes
        if node.tag not in TAGS:
            found.append(f"<{node.tag}>")
        own = re.fullmatch(r"https?://[^/]+(/.*)?/static/library-[0-9a-f]{16}\.js", attributes.get("src") or "") and not node.text()
        if node.tag == "script" and not own and attributes.get("type") != "application/ld+json":
            found.append("an active script")
        found += [f"{node.tag} {name}" for name in attributes if name.startswith(("on", "hx-on")) or name in {"style", "srcdoc"}]
        icon = node.tag == "link" and attributes.get("rel") == "icon" and str(attributes.get("href")).startswith("data:image/svg+xml,")
        found += [f"{name}={value}" for name, value in attributes.items() if name in ADDRESSES and not icon and not _is_plain(value)]
    return found


def _is_plain(address: str | None) -> bool:
    """Whether a browser would take the address as one of the schemes we print."""
    text = re.sub(r"[\x00-\x20]", "", address or "")
    scheme, colon, _ = text.partition(":")
    return text.startswith("#") or (bool(colon) and scheme.lower() in SCHEMES)


def structured(html: str) -> list[Any]:
    """What the page's JSON-LD elements hold, as the browser's parser cuts them out."""
    return [json.loads(node.text()) for node in parsed(html).css('script[type="application/ld+json"]')]
