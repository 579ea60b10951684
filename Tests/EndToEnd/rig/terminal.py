"""A terminal of any size: tmux with a socket and a configuration of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from .waiting import eventually

SETTINGS = {
    "default-terminal": "tmux-256color",
    "escape-time": "0",
    "focus-events": "on",
    "remain-on-exit": "on",
    "status": "off",
    "window-size": "manual",
}


class Terminal:
    """Runs one command in a pane and looks at what it draws."""

    def __init__(
        self, command: list[str], environment: dict[str, str], size: tuple[int, int] = (80, 24), cwd: Path | None = None
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gh-tmux-"))
        self._environment = {name: value for name, value in environment.items() if name not in ("TERM", "TMUX")}
        settings = [word for name, value in SETTINGS.items() for word in ("set", "-g", name, value, ";")]
        width, height = map(str, size)
        self._tmux("-f", "/dev/null", *settings, "new-session", "-d", "-x", width, "-y", height, "--", *command, cwd=cwd)

    # Doing

    def keys(self, *names: str) -> None:
        """Presses keys by tmux's names: Enter, C-s, Down, ..."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Types a text, letter by letter."""
        self._tmux("send-keys", "-l", text)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    # Looking

    def screen(self) -> str:
        """What is on the screen, as text."""
        return self._tmux("capture-pane", "-p")

    def styled(self) -> str:
        """What is on the screen, with the sequences that style it."""
        return self._tmux("capture-pane", "-p", "-e")

    def shows(self, *texts: str, within: float = 10) -> str:
        """Waits until all texts are on the screen, and returns the screen."""
        return self.until(lambda screen: all(text in screen for text in texts), f"{texts} on the screen", within)

    def shows_no(self, *texts: str, within: float = 10) -> str:
        """Waits until none of the texts is on the screen, and returns the screen."""
        return self.until(lambda screen: not any(text in screen for text in texts), f"no {texts} on the screen", within)

    def until(self, wanted: Callable[[str], bool], what: str, within: float = 10) -> str:
        """Waits until the screen is as wanted, and returns it."""
        last = ""

        def look() -> bool:
            nonlocal last
            last = self.screen()
            return wanted(last)

        eventually(look, within, lambda: f"{what}; the screen is\n{last}\n(dead: {self._about('pane_dead')})", 0.02)
        return last

    def line(self, text: str) -> str:
        """The first line of the screen with a text; empty if there is none."""
        return next((line for line in self.screen().splitlines() if text in line), "")

    @property
    def pid(self) -> int:
        """The process in the pane."""
        return int(self._about("pane_pid"))

    @property
    def is_alternate(self) -> bool:
        """Whether the program draws on the alternate screen."""
        return self._about("alternate_on") == "1"

    @property
    def has_cursor(self) -> bool:
        return self._about("cursor_flag") == "1"

    def status(self, within: float = 10) -> int:
        """Waits for the end of the program and returns what it exited with."""
        eventually(lambda: self._about("pane_dead") == "1", within, lambda: f"still runs:\n{self.screen()}", 0.02)
        return int(self._about("pane_dead_status") or -1)

    def close(self) -> None:
        self._tmux("kill-server", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _about(self, variable: str) -> str:
        return self._tmux("display-message", "-p", f"#{{{variable}}}").strip()

    def _tmux(self, *words: str, check: bool = True, cwd: Path | None = None) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self.folder / "socket"), *words],
            capture_output=True, text=True, check=False, timeout=20, env=self._environment, cwd=cwd,
        )
        assert done.returncode == 0 or not check, f"tmux {words}: {done.stderr}"
        return done.stdout
