"""A client of the gate's Unix socket: one JSON object a line, both ways."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .waiting import eventually

Event = dict[str, Any]


class Stream:
    """Says hello, subscribes, and keeps every line that comes."""

    def __init__(self, path: Path, within: float = 30, subscribe: bool = True) -> None:
        self._begin(eventually(lambda: _connected(path), within, f"no gate listens on {path}"), subscribe)

    @classmethod
    def over(cls, connection: socket.socket, subscribe: bool = True) -> "Stream":
        """The same over a connection that somebody else has made."""
        stream = cls.__new__(cls)
        stream._begin(connection, subscribe)
        return stream

    def _begin(self, connection: socket.socket, subscribe: bool) -> None:
        self.events: list[Event] = []
        self._rest = b""
        self._ids = 0
        self._socket = connection
        self.send({"op": "hello", "version": 1})
        self.hello = self.until(lambda event: event["event"] == "hello", what="the gate's hello")
        if subscribe:
            self.ask({"op": "subscribe"})

    def send(self, request: Event) -> None:
        """Sends one request and waits for nothing."""
        self._socket.sendall(json.dumps(request).encode() + b"\n")

    def ask(self, request: Event, within: float = 30) -> Event:
        """Sends one request with an id of its own and returns the answer that repeats it."""
        return self.answer(self.begin(request), within, f"an answer to {request}")

    def begin(self, request: Event) -> int:
        """Sends one request with an id of its own, and returns that."""
        self._ids += 1
        self.send({**request, "id": self._ids})
        return self._ids

    def answer(self, number: int, within: float = 30, what: str = "an answer") -> Event:
        """The answer that repeats an id."""
        return self.until(lambda event: event.get("id") == number, within, what)

    def send_part(self, request: Event) -> None:
        """Sends a request but for the end of its line."""
        self._socket.sendall(json.dumps(request).encode())

    def until(self, wanted: Callable[[Event], bool], within: float = 30, what: str = "an event", start: int = 0) -> Event:
        """The first event from position `start` that is wanted; reads on until it comes."""
        position = start
        deadline = time.monotonic() + within
        while True:
            while position < len(self.events):
                if wanted(self.events[position]):
                    return self.events[position]
                position += 1
            if not self._read(deadline - time.monotonic()):
                tail = "\n".join(json.dumps(event) for event in self.events[-20:])
                raise AssertionError(f"{what} did not come within {within:g} s; the last events were\n{tail}")

    def mark(self) -> int:
        """Takes in what is there, and returns the position behind it, for `until(start=)`."""
        while self._read(0):
            pass
        return len(self.events)

    def wait(self, seconds: float) -> None:
        """Takes in what comes next, or nothing for so long."""
        self._read(seconds)

    def of(self, kind: str) -> list[Event]:
        """The events of one kind that came so far."""
        return [event for event in self.events if event["event"] == kind]

    def decisions(self, tool: str | None = None) -> list[Event]:
        """The decisions that came so far, on one tool or on all."""
        return [event for event in self.of("decision") if tool is None or event.get("tool") == tool]

    def ended(self, within: float = 30) -> bool:
        """Whether the gate closes the connection in time."""
        deadline = time.monotonic() + within
        while self._socket is not None and time.monotonic() < deadline:
            try:
                self._read(deadline - time.monotonic())
            except ConnectionError:
                return True
        return False

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, seconds: float) -> bool:
        self._socket.settimeout(max(seconds, 0.001))
        try:
            data = self._socket.recv(1 << 16)
        except (TimeoutError, BlockingIOError):
            return False
        if not data:
            raise ConnectionError("the gate closed the connection")
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.events += [json.loads(line) for line in lines]
        return True


def is_listening(path: Path) -> bool:
    """Whether a gate takes connections there; one that was killed leaves its socket behind."""
    connection = _connected(path)
    if connection is not None:
        connection.close()
    return connection is not None


def _connected(path: Path) -> socket.socket | None:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(5)
    try:
        client.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        client.close()
        return None
    return client
