"""How much of what costs work one client may ask for. Who the client is, is not kept."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

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
        if now - self._since > _RENEWED or len(self._left) >= _MOST:
            self._salt, self._since = secrets.token_bytes(16), now
            self._left.clear()
        key = hashlib.blake2s(client.encode(), key=self._salt, digest_size=8).digest()
        tokens, before = self._left.get(key, (BURST, now))
        tokens = min(BURST, tokens + (now - before) * RATE)
        self._left[key] = (max(tokens - 1, 0.0) if tokens >= 1 else tokens, now)
        return tokens >= 1
