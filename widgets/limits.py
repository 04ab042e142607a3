"""How much of what costs work one client may ask for. Who the client is, is not kept."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network, ip_address

RATE, BURST = 20.0, 100.0
"""Searches a second that go on for ever, and at once: enough for a hospital behind one address."""
_RENEWED = 3600.0
_MOST = 50_000


@dataclass
class Buckets:
    """A token bucket for each client, under a hash whose salt is made anew each hour and never leaves memory."""

    now: Callable[[], float]
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _since: float = 0.0
    _left: dict[bytes, tuple[float, float]] = field(default_factory=dict)

    def take(self, client: str) -> bool:
        """Whether the client may ask once more; counts it if so."""
        now = self.now()
        if abs(now - self._since) > _RENEWED:
            self._salt, self._since = secrets.token_bytes(16), now
            self._left.clear()
        key = hashlib.blake2s(counted_as(client).encode(), key=self._salt, digest_size=8).digest()
        tokens, before = self._left.pop(key, (BURST, now))
        tokens = min(BURST, tokens + max(0.0, now - before) * RATE)  # a clock may be set back
        self._left[key] = (max(tokens - 1, 0.0) if tokens >= 1 else tokens, now)
        if len(self._left) > _MOST:
            del self._left[next(iter(self._left))]  # who has not asked for longest
        return tokens >= 1


def counted_as(client: str) -> str:
    """What a client's address counts as: in IPv6 its /64, since one household or office holds all of that."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return client
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))
