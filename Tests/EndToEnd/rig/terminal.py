"""A terminal of any size: tmux with a socket and a configuration of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import processes
from .waiting import eventually

SETTINGS = {
    "default-terminal": "tmux-256color",
    "escape-time": "0",
    "focus-events": "on",
    "remain-on-exit": "on",
    "status": "off",
}


class Terminal:
    """Runs one command in a pane and looks at what it draws."""

    def __init__(
        self, command: list[str], environment: dict[str, str], size: tuple[int, int] = (80, 24), cwd: Path | None = None
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gh-tmux-"))
        self._environment = {name: value for name, value in environment.items() if name not in ("TERM", "TMUX")}
        settings = self.folder / "tmux.conf"
        settings.write_text("".join(f"set -g {name} {value}\n" for name, value in SETTINGS.items()))
        width, height = map(str, size)
        # tmux does not always tell what a program ended with, so a shell around it writes that down.
        wrapped = ["sh", "-c", '"$@"; echo $? > "$0"', str(self.folder / "status"), *command]
        self._tmux("-f", str(settings), "new-session", "-d", "-x", width, "-y", height, "--", *wrapped, cwd=cwd)

    # Doing

    def keys(self, *names: str) -> None:
        """Presses keys by tmux's names: Enter, C-s, Down, ..."""
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Types a text, letter by letter."""
        self._tmux("send-keys", "-l", text)

    def focus(self) -> None:
        """Tells the program that its window has the focus: nobody looks at this one, so tmux says that it has not."""
        self._tmux("send-keys", "-H", "1b", "5b", "49")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    # Looking

    def screen(self) -> str:
        """What is on the screen, as text."""
        return self._tmux("capture-pane", "-p")

    def styled(self) -> str:
        """What is on the screen, with the sequences that style it."""
        return self._tmux("capture-pane", "-p", "-e")

    def shows(self, *texts: str, within: float = 30) -> str:
        """Waits until all texts are on the screen, and returns the screen."""
        return self.until(lambda screen: all(text in screen for text in texts), f"{texts} on the screen", within)

    def shows_no(self, *texts: str, within: float = 30) -> str:
        """Waits until none of the texts is on the screen, and returns the screen."""
        return self.until(lambda screen: not any(text in screen for text in texts), f"no {texts} on the screen", within)

    def until(self, wanted: Callable[[str], bool], what: str, within: float = 30) -> str:
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
        """The process of the command."""
        return eventually(lambda: processes.children(int(self._about("pane_pid"))), what="the command")[0]

    @property
    def is_alternate(self) -> bool:
        """Whether the program draws on the alternate screen."""
        return self._about("alternate_on") == "1"

    @property
    def has_cursor(self) -> bool:
        return self._about("cursor_flag") == "1"

    def status(self, within: float = 30) -> int:
        """Waits for the end of the command and returns what a shell says that it ended with."""
        path = self.folder / "status"
        return int(eventually(lambda: path.exists() and path.read_text(), within, lambda: f"runs:\n{self.screen()}"))

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
