"""A small disk, which can be filled: a file system in memory, in a mount namespace that others do not see."""

import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import processes
from .gatehouse import Gatehouse
from .waiting import eventually


def in_namespace(gatehouse: Gatehouse, size: str) -> subprocess.Popen[bytes]:
    """A process that lives in a mount namespace in which the home is a small file system; it runs what it reads."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter() -> None:
        if libc.unshare(0x00020000) != 0 or libc.mount(b"none", b"/", None, 0x44000, None) != 0:
            os._exit(77)
        if libc.mount(b"tmpfs", str(gatehouse.home).encode(), b"tmpfs", 0, f"size={size},mode=700".encode()) != 0:
            os._exit(77)

    return subprocess.Popen(
        ["sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=enter, env=gatehouse.environment, cwd="/",
    )


class SmallDisk:
    """A home on a disk of its own, and the means to fill that and make room again."""

    def __init__(self, gatehouse: Gatehouse, size: str = "256k") -> None:
        self.gatehouse = gatehouse
        policy = gatehouse.policy_file.read_bytes()
        self.inside = in_namespace(gatehouse, size)
        if self.inside.poll() is not None or not self._root().exists():
            pytest.skip("no mount namespaces here")
        (self.home / "policy.json").write_bytes(policy)

    def _root(self) -> Path:
        eventually(lambda: self.inside.poll() is not None or self._sh("echo ready") == "ready", what="a namespace")
        return Path(f"/proc/{self.inside.pid}/root")

    @property
    def home(self) -> Path:
        """The home as others see it."""
        return Path(f"/proc/{self.inside.pid}/root{self.gatehouse.home}")

    def _sh(self, command: str) -> str:
        """Runs a command inside that prints one line."""
        try:
            self.inside.stdin.write(command.encode() + b"\n")
            self.inside.stdin.flush()
            return self.inside.stdout.readline().decode().strip()
        except BrokenPipeError:
            return ""

    def command(self, *arguments: str) -> list[str]:
        """What runs the program on that disk."""
        return ["nsenter", f"--target={self.inside.pid}", "--mount", self.gatehouse.binary, *arguments]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.gatehouse.environment,
            cwd="/",
        )

    def fill(self) -> None:
        """Leaves no byte of room, nor any that somebody gives back a moment later."""
        still = 0
        with open(self.home / "ballast", "ab", buffering=0) as ballast:
            while still < 4:
                before = ballast.tell()
                for piece in (1 << 16, 1 << 12, 1):
                    try:
                        while ballast.write(b"x" * piece) == piece:
                            pass
                    except OSError:
                        pass
                still = still + 1 if ballast.tell() == before else 0
                time.sleep(0.05)

    def make_room(self) -> None:
        (self.home / "ballast").unlink()

    def recorded(self) -> list[dict]:
        lines = []
        for segment in sorted((self.home / "record").glob("*.jsonl")):
            lines += [json.loads(line) for line in segment.read_bytes().split(b"\n")[:-1]]
        return lines

    def close(self) -> None:
        self.inside.stdin.close()
        self.inside.wait(10)


def small_disks(gatehouse: Gatehouse, size: str = "256k") -> Iterator[SmallDisk]:
    """One small disk, for a fixture: whoever still runs on it is ended afterwards."""
    disk = SmallDisk(gatehouse, size)
    yield disk
    for pid in processes.with_environment(f"GATEHOUSE_HOME={gatehouse.home}"):
        if pid != disk.inside.pid:
            os.kill(pid, signal.SIGTERM)
    disk.close()
