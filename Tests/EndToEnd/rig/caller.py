"""A client that keeps many calls in flight and accounts for every answer."""

import json
import os
import selectors
import subprocess
import time
from collections import Counter
from collections.abc import Callable

from .wire import VERSION


class Caller:
    """One session: `total` calls of tools with names of their own, at most `window` of them unanswered."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, total: int, window: int = 32) -> None:
        self.process = process
        self.name = name
        self.total = total
        self.window = window
        self.sent = 0
        #: How often each id was answered, and with what: `ok`, `error`, or the text of a denial.
        self.answers: Counter[int] = Counter()
        self.outcomes: dict[int, str] = {}
        self.isOver = False
        self._out = b""
        self._rest = b""
        os.set_blocking(process.stdin.fileno(), False)
        client = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": name, "version": "1"}}
        self._queue({"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": client})
        self._queue({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.fill()

    def tool(self, number: int) -> str:
        return f"{self.name}-{number}"

    @property
    def unanswered(self) -> int:
        return self.sent - len(self.answers)

    @property
    def isDone(self) -> bool:
        return self.isOver or (self.sent == self.total and self.unanswered == 0)

    @property
    def wantsToWrite(self) -> bool:
        return bool(self._out) and not self.isOver

    def fill(self) -> None:
        """Sends as many calls as may be in flight."""
        lines = []
        while self.sent < self.total and self.unanswered < self.window:
            parameters = {"name": self.tool(self.sent), "arguments": {"text": "x" * 100}}
            lines.append({"jsonrpc": "2.0", "id": self.sent, "method": "tools/call", "params": parameters})
            self.sent += 1
        for line in lines:
            self._queue(line)
        self.write()

    def write(self) -> None:
        try:
            while self._out:
                self._out = self._out[os.write(self.process.stdin.fileno(), self._out):]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._out = b""

    def read(self) -> None:
        """Takes what has come; the end of the output is the session's."""
        data = os.read(self.process.stdout.fileno(), 1 << 18)
        if not data:
            assert not self._rest, f"the output ends within a line: {self._rest!r}"
            self.isOver = True
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if isinstance(message.get("id"), int):
                self.answers[message["id"]] += 1
                self.outcomes[message["id"]] = outcome(message)
                if "error" in message:
                    self.total = self.sent  # the server is gone
        self.fill()

    def finish(self, within: float = 20) -> int:
        self.process.stdin.close()
        status = self.process.wait(within)
        self.process.stdout.close()
        if self.process.stderr:
            self.process.stderr.close()
        return status

    def _queue(self, message: dict) -> None:
        self._out += json.dumps(message).encode() + b"\n"


def outcome(message: dict) -> str:
    if "error" in message:
        return f"error: {message['error']['message']}"
    result = message["result"]
    return result["content"][0]["text"] if result.get("isError") else "ok"


def drive(callers: list[Caller], until: Callable[[], bool], within: float) -> None:
    """Lets all of them call until something holds."""
    deadline = time.monotonic() + within
    while not until():
        left = deadline - time.monotonic()
        assert left > 0, "too slow: " + ", ".join(f"{c.name} {len(c.answers)} of {c.sent}" for c in callers)
        with selectors.DefaultSelector() as selector:
            open = [caller for caller in callers if not caller.isOver]
            for caller in open:
                selector.register(caller.process.stdout, selectors.EVENT_READ, caller.read)
                if caller.wantsToWrite:
                    selector.register(caller.process.stdin, selectors.EVENT_WRITE, caller.write)
            for key, _ in selector.select(min(left, 0.05)):
                key.data()
