"""A bare terminal: what a program writes to it, byte for byte."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable


class Pseudoterminal:
    """Runs a command on a terminal of its own and keeps every byte that it writes."""

    def __init__(self, command: list[str], environment: dict[str, str], size: tuple[int, int] = (80, 24)) -> None:
        self.drawn = b""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True, close_fds=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def type(self, text: str | bytes) -> None:
        os.write(self._master, text.encode() if isinstance(text, str) else text)

    def read_some(self, within: float) -> bool:
        """Reads what comes within that time; false if nothing does, or the other side is closed."""
        if not select.select([self._master], [], [], within)[0]:
            return False
        try:
            chunk = os.read(self._master, 1 << 16)
        except OSError:
            return False
        self.drawn += chunk
        return bool(chunk)

    def until(self, wanted: Callable[[bytes], bool], what: str, within: float = 20) -> None:
        """Reads until what was drawn is as wanted."""
        deadline = time.monotonic() + within
        while not wanted(self.drawn):
            assert time.monotonic() < deadline, f"{what} never came; drawn is {self.drawn[-3000:]!r}"
            self.read_some(0.2)

    def end(self, within: float = 20) -> int:
        """Reads to the end and returns what the command ended with."""
        deadline = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"{self.process.args} does not end"
            self.read_some(0.1)
        while self.read_some(0):
            pass
        return self.process.returncode

    def hang_up(self) -> None:
        """Goes away, as a terminal's window that is closed."""
        os.close(self._master)
        self._master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)


def run_on_terminal(
    command: list[str], environment: dict[str, str], size: tuple[int, int] = (200, 50)
) -> tuple[int, str]:
    """Runs a command to its end; returns what it ended with and what it wrote, line ends as in a file."""
    terminal = Pseudoterminal(command, environment, size)
    try:
        status = terminal.end()
        return status, terminal.drawn.decode().replace("\r\n", "\n")
    finally:
        terminal.close()
