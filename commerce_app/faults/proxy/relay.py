"""A TCP proxy that lets data through, late, or not at all."""

import asyncio
import random
import socket
import struct
from collections import Counter, deque
from typing import cast

from commerce_app.faults.proxy.kind import Close, Forward, Piece, Reset, Swallow
from commerce_app.faults.proxy.toxics import STREAMS, Toxic, decide

HELD_BYTES_LIMIT = 1 << 20


class Proxy:
    """Listens at one address and passes on to another. Toxics may come and go while connections live."""

    def __init__(self, name: str, upstream: tuple[str, int], chance: random.Random) -> None:
        self.name = name
        self.upstream = upstream
        self.chance = chance
        self.listen: tuple[str, int] = ("", 0)
        self.toxics: tuple[Toxic, ...] = ()
        self.connections: dict[int, Connection] = {}
        self._server: asyncio.Server | None = None
        self._opened = 0

    @property
    def enabled(self) -> bool:
        return self._server is not None

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, host, port)
        self.listen = cast("tuple[str, int]", self._server.sockets[0].getsockname()[:2])

    async def stop(self) -> None:
        """Stop listening and reset every connection, as a server that went away."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self.connections.values()):
            connection.reset()

    def put(self, toxic: Toxic) -> None:
        """Add a toxic, or change the one of its name."""
        if any(there.name == toxic.name for there in self.toxics):
            self.remove(toxic.name)
        self.toxics = (*self.toxics, toxic)
        for connection in list(self.connections.values()):
            connection.expire_under(toxic)

    def remove(self, name: str) -> None:
        """Connections that lost data to it are reset: what follows would not fit what went before."""
        self.toxics = tuple(toxic for toxic in self.toxics if toxic.name != name)
        for connection in list(self.connections.values()):
            connection.forget(name)
            if connection.lost_data:
                connection.reset()

    def _accept(self) -> "Side":
        self._opened += 1
        return Connection(self, self._opened).client


class Connection:
    """A client's connection and ours to the server behind."""

    def __init__(self, proxy: Proxy, number: int) -> None:
        self.proxy = proxy
        self.number = number
        self.lost_data = False
        self.client = Side(self, STREAMS[0])
        self.server = Side(self, STREAMS[1])
        self._connecting: asyncio.Task[None] | None = None

    def opened(self) -> None:
        self.proxy.connections[self.number] = self
        self._connecting = asyncio.get_running_loop().create_task(self._connect())
        for toxic in self.proxy.toxics:
            self.expire_under(toxic)

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.server, *self.proxy.upstream)
        except OSError:
            self.reset()

    def toxics(self, stream: str) -> list[Toxic]:
        return [t for t in self.proxy.toxics if t.stream == stream and t.touches(self.number)]

    def expire_under(self, toxic: Toxic) -> None:
        """A toxic that lets no connection live for long closes this one in time, unless it goes before."""
        seconds = toxic.kind.lifetime_seconds()
        if seconds is not None and toxic.touches(self.number):
            asyncio.get_running_loop().call_later(seconds, self._expire, toxic)

    def _expire(self, toxic: Toxic) -> None:
        if any(there is toxic for there in self.proxy.toxics):
            self.close()

    def forget(self, toxic: str) -> None:
        """The toxic of that name is gone: what passed under it counts no more."""
        for side in (self.client, self.server):
            side.passed_bytes.pop(toxic, None)

    def close(self) -> None:
        """End both sides once they have what is under way to them."""
        if self._connecting is not None and self.server.transport is None:
            self._connecting.cancel()
        for side in (self.client, self.server):
            side.close_when_delivered()

    def closed(self) -> None:
        """One side has ended: the other gets what is under way to it, then ends too."""
        self.close()
        if self.client.is_over and self.server.is_over:
            self.proxy.connections.pop(self.number, None)

    def reset(self) -> None:
        for side in (self.client, self.server):
            side.abort()
        self.closed()
        self.proxy.connections.pop(self.number, None)


class Side(asyncio.Protocol):
    """One end of a connection: what comes in here goes out at the other end when its time has come."""

    def __init__(self, connection: Connection, stream: str) -> None:
        self.connection = connection
        self.stream = stream
        self.transport: asyncio.Transport | None = None
        self.passed_bytes: Counter[str] = Counter()
        self._waiting: list[bytes] = []
        self._last_delivery_at = 0.0
        # Timers of one instant run in any order, so a timer delivers the oldest piece, not its own.
        self._held: deque[bytes] = deque()
        self._held_bytes = 0

    @property
    def other(self) -> "Side":
        return self.connection.server if self is self.connection.client else self.connection.client

    @property
    def is_over(self) -> bool:
        return self.transport is None or self.transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self is self.connection.client:
            self.connection.opened()
        for data in self._waiting:
            self.transport.write(data)
        self._waiting.clear()

    def data_received(self, data: bytes) -> None:
        toxics = self.connection.toxics(self.stream) if self.connection.proxy.toxics else []
        if not toxics and not self._held:
            self.other.write(data)
            return
        loop = asyncio.get_running_loop()
        piece = Piece(loop.time(), len(data), self._last_delivery_at)
        decision = decide(toxics, piece, self.connection.proxy.chance, self.passed_bytes)
        self.passed_bytes.update({toxic.name: len(data) for toxic in toxics})
        match decision:
            case Forward(at):
                self._deliver_at(at, data)
            case Close(at, kept_bytes):
                self._deliver_at(at, data[:kept_bytes])
                self.connection.close()
            case Swallow():
                self.connection.lost_data = True
            case Reset(at):
                loop.call_at(at, self.connection.reset)

    def write(self, data: bytes) -> None:
        if self.transport is None:
            self._waiting.append(data)
        elif not self.transport.is_closing():
            self.transport.write(data)

    def _deliver_at(self, at: float, data: bytes) -> None:
        self._last_delivery_at = at
        self._hold(data)
        asyncio.get_running_loop().call_at(at, self._deliver_next)

    def _hold(self, data: bytes) -> None:
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > HELD_BYTES_LIMIT and self.transport:
            self.transport.pause_reading()

    def _deliver_next(self) -> None:
        data = self._held.popleft()
        was_full = self._held_bytes > HELD_BYTES_LIMIT
        self._held_bytes -= len(data)
        if (
            was_full
            and self._held_bytes <= HELD_BYTES_LIMIT
            and self.transport
            and not self.transport.is_closing()
        ):
            self.transport.resume_reading()
        self.other.write(data)

    def pause_writing(self) -> None:
        if self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other.transport and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.connection.closed()

    def close_when_delivered(self) -> None:
        """Close once the other side's held pieces have come: they were scheduled before this."""
        if self.transport is not None and not self.transport.is_closing():
            loop = asyncio.get_running_loop()
            delivered_at = max(loop.time(), self.other._last_delivery_at)
            delay = sum(t.kind.close_delay_seconds() for t in self.connection.toxics(self.other.stream))
            loop.call_at(delivered_at + delay, self.transport.close)

    def abort(self) -> None:
        """Close with a TCP reset, as a broken peer does."""
        if self.transport is not None and not self.transport.is_closing():
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
