"""Frames between a process and its workers, over a pair of sockets.

A frame is a kind (one byte), a length (eight bytes, network order) and so many bytes. The worker's side waits in its
reads and writes. Ours never does: what a socket does not take yet stays in `Channel.outgoing`, and what has come is
taken as it is. So a worker that does not read, or does not end its frame, holds nobody up.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from struct import Struct

READY, ANSWER, FAILED, FULL = b"R", b"A", b"F", b"M"
"""What a worker says: it is set up; an answer; why there is none; why there is none, and that it ends now."""
TASK = b"T"
_KINDS = (READY, ANSWER, FAILED, FULL, TASK)
MOST_BYTES = 128 * 1024 * 1024
"""Of one frame from a worker. A page of 2 MB is answered by 4 MB, a sitemap of 50,000 addresses by 6 MB."""
_HEAD = Struct("!cQ")
_PIECE = 256 * 1024
_TOGETHER = 8  # pieces in one call
_AT_ONCE = 16  # pieces, before others are listened to


class Garbage(Exception):
    """Raised when what came is no frame, or too long a one."""


@dataclass
class Channel:
    """Our side, which never waits."""

    socket: socket.socket
    outgoing: deque[memoryview] = field(default_factory=deque)
    incoming: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def put(self, kind: bytes, data: bytes) -> None:
        """Has a frame sent, as far as it goes now."""
        self.outgoing += (memoryview(_HEAD.pack(kind, len(data))), memoryview(data))
        self.flush()

    def flush(self) -> None:
        """Sends what the socket takes, in few calls: each lets go of the interpreter, and may wait to get it back. A
        socket that is closed takes nothing: `take` says so."""
        try:
            while self.outgoing:
                self._sent(self.socket.sendmsg(list(islice(self.outgoing, _TOGETHER))))
        except BlockingIOError:
            pass
        except OSError:
            self.outgoing.clear()

    def _sent(self, count: int) -> None:
        while self.outgoing and count >= len(self.outgoing[0]):
            count -= len(self.outgoing.popleft())
        if count:
            self.outgoing[0] = self.outgoing[0][count:]

    def take(self) -> Iterator[tuple[bytes, bytes]]:
        """The frames that have come whole. Sets `ended` where nothing more will come. Raises Garbage."""
        for _ in range(_AT_ONCE):
            try:
                piece = self.socket.recv(_PIECE)
            except BlockingIOError:
                break
            except OSError:
                piece = b""
            if not piece:
                self.ended = True
                break
            self.incoming += piece
            yield from self._whole()
            if len(piece) < _PIECE:  # that was all; if not, we hear of it again
                break

    def _whole(self) -> Iterator[tuple[bytes, bytes]]:
        while len(self.incoming) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self.incoming)
            if kind not in _KINDS or length > MOST_BYTES:
                raise Garbage("it is not of the form that was agreed on, or too long")
            end = _HEAD.size + length
            if len(self.incoming) < end:
                return
            data = bytes(memoryview(self.incoming)[_HEAD.size : end])
            del self.incoming[:end]
            yield kind, data


def send(line: socket.socket, kind: bytes, data: bytes = b"") -> None:
    """The worker's side: sends a frame, and waits until it is taken. Raises OSError."""
    head = _HEAD.pack(kind, len(data))
    sent = line.sendmsg([head, data])
    for piece, before in ((head, 0), (data, len(head))):
        if sent < before + len(piece):
            line.sendall(memoryview(piece)[max(0, sent - before) :])


def receive(line: socket.socket) -> bytes:
    """The worker's side: waits for a frame. Raises EOFError or OSError when none will come."""
    _, length = _HEAD.unpack(_exactly(line, _HEAD.size))
    return bytes(_exactly(line, length))


def _exactly(line: socket.socket, length: int) -> bytearray:
    data = bytearray(length)
    left = memoryview(data)
    while left:
        count = line.recv_into(left)
        if not count:
            raise EOFError
        left = left[count:]
    return data
