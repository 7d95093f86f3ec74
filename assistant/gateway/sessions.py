"""Server-minted sessions and their rate limits. Pure but for the clock, which is handed in."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst`."""

    rate: float
    burst: float
    level: float
    at: float

    def take(self, now: float) -> bool:
        self._fill(now)
        if self.level < 1.0:
            return False
        self.level -= 1.0
        return True

    def full(self, now: float) -> bool:
        self._fill(now)
        return self.level >= self.burst

    def _fill(self, now: float) -> None:
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now


@dataclass
class Session:
    """One visitor's conversation. The token is the secret; the conversation id is what processes see."""

    token: str
    conversation: str
    channel: str
    seen: float
    bucket: Bucket


class Sessions:
    """Mints and finds sessions; forgets them after `idle` seconds. At most `limit` live at once.

    One address may open `openings` at once and then `openings_a_second`: a community centre behind one address
    (or a gateway that was started again, with everybody coming back) gets through; a program that opens one
    after the other holds at most `openings + idle * openings_a_second` of the `limit` places.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        idle: float = 1800.0,
        limit: int = 2000,
        turns_a_second: float = 0.5,
        burst: float = 10.0,
        openings_a_second: float = 0.2,
        openings: float = 100.0,
    ) -> None:
        self._clock, self._idle, self._limit = clock, idle, limit
        self._rate, self._burst = turns_a_second, burst
        self._opening_rate, self._openings = openings_a_second, openings
        self._all: dict[str, Session] = {}
        self._addresses: dict[str, Bucket] = {}

    def admit(self, address: str) -> bool:
        """Whether one more session may be opened from this network address; counts it."""
        now, place = self._clock(), network(address)
        for idle in [a for a, bucket in self._addresses.items() if bucket.full(now)]:
            del self._addresses[idle]
        fresh = Bucket(self._opening_rate, self._openings, self._openings, now)
        return self._addresses.setdefault(place, fresh).take(now)

    def mint(self, channel: str) -> Session | None:
        """A new session, or None when too many are live."""
        self._forget()
        if len(self._all) >= self._limit:
            return None
        now = self._clock()
        token = secrets.token_urlsafe(24)
        bucket = Bucket(self._rate, self._burst, self._burst, now)
        session = Session(token, f"{channel}-{secrets.token_hex(8)}", channel, now, bucket)
        self._all[token] = session
        return session

    def find(self, token: str | None) -> Session | None:
        """The live session with this token; using it keeps it alive."""
        session = self._all.get(token or "")
        now = self._clock()
        if session is None or now - session.seen > self._idle:
            return None
        session.seen = now
        return session

    def allow(self, session: Session) -> bool:
        """Whether one more turn is within the rate limit; counts it and keeps the session alive."""
        session.seen = self._clock()
        return session.bucket.take(session.seen)

    def end(self, token: str) -> None:
        self._all.pop(token, None)

    def __len__(self) -> int:
        return len(self._all)

    def _forget(self) -> None:
        before = self._clock() - self._idle
        for token in [t for t, s in self._all.items() if s.seen < before]:
            del self._all[token]


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is one connection's."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip), 64), strict=False))
