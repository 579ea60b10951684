"""What a terminal shows of the bytes that it gets: pyte's, an emulator that is nobody's here."""

from collections.abc import Callable

import pyte

from .pseudoterminal import Pseudoterminal

IDLE = b"\x1b]7770;idle\x1b\\"


class _Screen(pyte.Screen):
    """One that can scroll its region by a sequence too, which pyte's cannot."""

    def scroll_up(self, count: int = 1) -> None:
        bottom = self.margins.bottom if self.margins else self.lines - 1
        row, self.cursor.y = self.cursor.y, bottom
        for _ in range(count or 1):
            self.index()
        self.cursor.y = row

    def scroll_down(self, count: int = 1) -> None:
        top = self.margins.top if self.margins else 0
        row, self.cursor.y = self.cursor.y, top
        for _ in range(count or 1):
            self.reverse_index()
        self.cursor.y = row


class _Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down"}


class Emulator:
    """Runs a console on a terminal of a kind, and shows its pictures.

    A picture is looked at only when the console says that it is whole.
    """

    def __init__(self, command: list[str], environment: dict[str, str], term: str, size: tuple[int, int] = (80, 24)) -> None:
        environment = {name: value for name, value in environment.items() if name not in ("COLORTERM", "NO_COLOR", "TMUX")}
        environment |= {"TERM": term, "GATEHOUSE_TEST": "1"}
        self.terminal = Pseudoterminal(command, environment, size)
        self._screen = _Screen(*size)
        self._stream = _Stream(self._screen)
        self._fed = 0

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def cursor(self) -> tuple[int, int]:
        """Its row and column."""
        return self._screen.cursor.y, self._screen.cursor.x

    def styles(self, row: int) -> set[tuple[str, str, bool, bool]]:
        """The colours, boldness and reversal in a row."""
        cells = self._screen.buffer[row]
        return {(cells[column].fg, cells[column].bg, cells[column].bold, cells[column].reverse) for column in range(self._screen.columns)}

    def until(self, wanted: Callable[["Emulator"], bool], what: str, within: float = 20) -> list[str]:
        """Waits until a whole picture is as wanted, and returns its lines; the present one may be."""

        def look(drawn: bytes) -> bool:
            end = drawn.rfind(IDLE)
            if end < self._fed:
                return False
            # A picture ends where the console says so.
            self._stream.feed(drawn[self._fed:end + len(IDLE)])
            self._fed = end + len(IDLE)
            return wanted(self)

        try:
            if not (self._fed and wanted(self)):
                self.terminal.until(look, what, within)
        except AssertionError as error:
            raise AssertionError(f"{what} never came; the screen is\n" + "\n".join(self.lines)) from error
        return self.lines

    def shows(self, *texts: str) -> list[str]:
        """Waits until each of the texts is in a line of the screen."""
        return self.until(lambda it: all(any(text in line for line in it.lines) for text in texts), f"{texts}")

    def type(self, keys: str) -> None:
        self.terminal.type(keys)

    def close(self) -> None:
        self.terminal.close()
