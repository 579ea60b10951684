"""The built program with a home folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from mcp import StdioServerParameters

from . import processes
from .person import Person
from .stream import Stream, is_listening
from .waiting import eventually

Policy = dict[str, Any] | str | bytes | None

ALLOW_ALL: Policy = {"version": "1", "default": "allow"}


class Gatehouse:
    """One user's gatehouse: its files, its commands, its gate."""

    def __init__(self, binary: Path, environment: dict[str, str]) -> None:
        self.binary = str(binary)
        # A socket's path has room for 107 bytes, hence a short folder straight under the temporary one.
        self.home = Path(tempfile.mkdtemp(prefix="gh-"))
        self.environment = {**environment, "GATEHOUSE_HOME": str(self.home)}
        self._streams: list[Stream] = []
        self._person: Person | None = None

    @property
    def socket(self) -> Path:
        return self.home / "gate.sock"

    @property
    def policy_file(self) -> Path:
        return self.home / "policy.json"

    # Files

    def set_policy(self, policy: Policy) -> None:
        """Replaces the policy file in one step, as an editor does; None removes it."""
        if policy is None:
            self.policy_file.unlink(missing_ok=True)
            return
        if isinstance(policy, dict):
            policy = json.dumps(policy, indent=2) + "\n"
        if isinstance(policy, str):
            policy = policy.encode()
        draft = self.home / "policy.json.new"
        draft.write_bytes(policy)
        draft.chmod(0o600)
        draft.replace(self.policy_file)

    def change_policy(self, policy: Policy, stream: Stream, state: str = "loaded", within: float = 20) -> dict[str, Any]:
        """Replaces the policy file and waits until the stream tells what became of it."""
        start = stream.mark()
        self.set_policy(policy)
        return stream.until(
            lambda event: event["event"] == "policy" and event["state"] == state, within, f"policy {state}", start
        )

    # Commands

    def run(
        self,
        *arguments: str,
        input: str | bytes | None = None,
        timeout: float = 30,
        environment: dict[str, str] | None = None,
        cwd: Path | str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [self.binary, *arguments],
            input=input if input is not None else "",
            capture_output=True,
            text=not isinstance(input, bytes),
            timeout=timeout,
            env={**self.environment, **(environment or {})},
            cwd=cwd or self.home,
        )

    def succeed(self, *arguments: str, **more: Any) -> str:
        """Runs a command that must end with 0, and returns what it printed."""
        done = self.run(*arguments, **more)
        assert done.returncode == 0, f"gatehouse {arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[bytes]:
        """Starts a command with pipes and leaves it running."""
        options: dict[str, Any] = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "cwd": self.home,
            "env": self.environment,
        }
        return subprocess.Popen([self.binary, *arguments], **{**options, **more})

    @property
    def person(self) -> Person:
        """Somebody who is no client of the gate and below none, as these tests are: who decides, reloads, stops."""
        if self._person is None:
            self._person = Person(self.binary, self.environment, self.home)
        return self._person

    # What an MCP client is told to start

    def running(
        self, name: str, command: list[str], environment: dict[str, str] | None = None, cwd: Path | str | None = None
    ) -> StdioServerParameters:
        """An unregistered server behind the gate."""
        return self._parameters(["run", "--name", name, "--", *command], environment, cwd)

    def connecting(
        self, name: str, environment: dict[str, str] | None = None, cwd: Path | str | None = None
    ) -> StdioServerParameters:
        """A registered server behind the gate."""
        return self._parameters(["connect", name], environment, cwd)

    def _parameters(
        self, arguments: list[str], environment: dict[str, str] | None, cwd: Path | str | None
    ) -> StdioServerParameters:
        return StdioServerParameters(
            command=self.binary, args=arguments, env={**self.environment, **(environment or {})}, cwd=cwd
        )

    # The gate

    def stream(self, **more: Any) -> Stream:
        """A subscription to the gate's stream, closed with the gatehouse."""
        stream = Stream(self.socket, **more)
        self._streams.append(stream)
        return stream

    def wait_for_subscribers(self, count: int) -> None:
        """Waits until that many follow the stream."""
        with Stream(self.socket, subscribe=False) as asking:
            eventually(
                lambda: asking.ask({"op": "status"})["subscribers"] == count, what=f"{count} who follow the stream"
            )

    def serve(self) -> subprocess.Popen[bytes]:
        """Starts the gate in the foreground and waits until it listens."""
        gate = self.start("serve", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

        def listens() -> bool:
            if gate.poll() is not None:
                raise AssertionError(f"gatehouse serve ended with {gate.returncode}: {gate.stderr.read().decode()}")
            return is_listening(self.socket)

        eventually(listens, 10, "gatehouse serve does not listen")
        return gate

    def gates(self) -> list[int]:
        """The processes of this home that are gates."""
        ours = processes.with_environment(f"GATEHOUSE_HOME={self.home}")
        return [pid for pid in ours if processes.command_line(pid)[1:2] == ["serve"]]

    def close(self) -> None:
        """Ends every process of this home and removes it."""
        for stream in self._streams:
            stream.close()
        if self._person is not None:
            self._person.close()
        ours = processes.with_environment(f"GATEHOUSE_HOME={self.home}")
        processes.kill(ours, signal.SIGTERM)
        try:
            processes.all_gone(ours)
        except AssertionError:
            processes.kill(processes.with_environment(f"GATEHOUSE_HOME={self.home}"))
            raise
        finally:
            shutil.rmtree(self.home, ignore_errors=True)


def plain_environment(home: Path) -> dict[str, str]:
    """What a program needs from the environment, and nothing of the person's own settings."""
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "USER": os.environ.get("USER", "user"),
    }
