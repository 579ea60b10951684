"""A gate that listens for HTTP clients, and clients that are no more than sockets."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .gatehouse import Gatehouse
from .waiting import eventually

JSON_BODY = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class Answer:
    """An answer, read whole."""

    def __init__(self, status: int, fields: dict[str, str], body: bytes) -> None:
        self.status, self.fields, self.body = status, fields, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """One connection, byte by byte."""

    def __init__(self, place: tuple[str, int] | str) -> None:
        self.socket = socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET)
        self.socket.settimeout(30)
        self.socket.connect(place)
        self._rest = b""

    def send(self, text: bytes | str) -> None:
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def request(self, method: str, path: str, body: Any = None, **fields: str) -> None:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        head = {"Host": "localhost", **(JSON_BODY if method == "POST" else {}), **named}
        if method == "POST":
            head["Content-Length"] = str(len(data))
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self.send(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + data)

    def _more(self) -> bool:
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        self._rest += more
        return bool(more)

    def until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            assert self._more(), f"the connection ended after {self._rest!r}"
        before, self._rest = self._rest.split(mark, 1)
        return before

    def take(self, count: int) -> bytes:
        while len(self._rest) < count:
            assert self._more(), f"the connection ended after {self._rest!r}"
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def head(self) -> tuple[int, dict[str, str]]:
        first, *lines = self.until(b"\r\n\r\n").decode().split("\r\n")
        fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        return int(first.split(" ")[1]), fields

    def answer(self) -> Answer:
        status, fields = self.head()
        if fields.get("transfer-encoding") == "chunked":
            body = b"".join(iter(self.chunk, b""))
        else:
            body = self.take(int(fields.get("content-length", 0)))
        return Answer(status, fields, body)

    def chunk(self) -> bytes:
        size = int(self.until(b"\r\n"), 16)
        piece = self.take(size)
        assert self.take(2) == b"\r\n"
        return piece

    def events(self) -> Iterator[tuple[str | None, Any]]:
        """The events of a stream, each its id and its message, until it ends."""
        while piece := self.chunk():
            for text in piece.decode().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in text.split("\n") if ": " in line)
                if "data" in lines:
                    yield lines.get("id"), json.loads(lines["data"]) if lines["data"] else None

    @property
    def is_open(self) -> bool:
        """Whether the other side has not ended it; waits for its end where nothing else comes."""
        try:
            return self._more()
        except TimeoutError:
            return True

    def close(self) -> None:
        self.socket.close()


class Front:
    """A gate in the foreground that listens."""

    def __init__(self, gatehouse: Gatehouse, *options: str) -> None:
        self.gatehouse = gatehouse
        self.log = gatehouse.home / "serve.log"
        with open(self.log, "wb") as log:
            words = options or ("--listen", "127.0.0.1:0")
            self.process = subprocess.Popen(
                [gatehouse.binary, "serve", *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=gatehouse.environment, cwd=gatehouse.home,
            )
        self.url = eventually(self._place, 30, "the gate listens")

    def _place(self) -> str | None:
        found = re.search(r"each server is at (\S+)/mcp/NAME", self.log.read_text())
        assert found or self.process.poll() is None, self.log.read_text()
        return found.group(1) if found else None

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def connect(self) -> Connection:
        return Connection(("127.0.0.1", self.port))

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        ours = self.connect()
        try:
            yield ours
        finally:
            ours.close()

    def ask(self, method: str, path: str, body: Any = None, **fields: str) -> Answer:
        with self.connection() as connection:
            connection.request(method, path, body, **fields)
            return connection.answer()

    def begin(self, server: str, version: str = "2025-11-25", **fields: str) -> str:
        """Begins a session of the older era and answers its id."""
        params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "bare", "version": "1"}}
        hello = {"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": params}
        answer = self.ask("POST", f"/mcp/{server}", hello, **fields)
        assert answer.status == 200, answer.body
        session = answer.fields["mcp-session-id"]
        ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert self.ask("POST", f"/mcp/{server}", ready, Mcp_Session_Id=session, **fields).status == 202
        return session

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
