"""What a program wrote to a terminal, taken apart: characters that are drawn, and the sequences that are ours."""

import re
import unicodedata

#: All that ncurses and the console itself have reason to send, of whatever parameters.
SEQUENCES = [
    r"\x1b\[[0-9;]*[ABCDGHJKLMPSTXdfmr@]",          # cursor, erasing, inserting and deleting, attributes, scroll region
    r"\x1b\[\?(?:1|7|12|25|1000|1004|1006|1049|2004|2026)[hl]",  # modes that the console sets and takes back
    r"\x1b\[[48][hl]",                               # insert mode, order of cells
    r"\x1b\[2[23];0;0t",                             # the window's title is kept, and comes back
    r"\x1b[()][0B]|\x1b[M78=>]|\x0e|\x0f",           # character sets, reverse index, cursor, keypad
    r"\x1b\]2;[^\x00-\x1f\x7f-\x9f]*\x1b\\",         # the window's title
    r"\x1b\]52;c;(?!cm0gLXJm)[A-Za-z0-9+/=]*\x1b\\",  # the clipboard, for the console's own key; not what peers/hostile.py tries
    r"\x1b\]7770;idle\x1b\\",                        # for tests
    r"[\r\n\x08\x18]",
]
OURS = re.compile("|".join(f"(?:{one})" for one in SEQUENCES))
#: Draw nothing, or join what is beside them, although their category does not say so.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


def strange(drawn: bytes) -> list[str]:
    """What is neither a plain character nor a sequence of ours, with what stands before it."""
    text = drawn.decode("utf-8", "backslashreplace") if is_utf8(drawn) else f"\x00 no UTF-8: {drawn!r}"
    found, place, marks = [], 0, 0
    while place < len(text):
        ours = OURS.match(text, place)
        if ours:
            place, marks = ours.end(), 0
            continue
        character = text[place]
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character != " " and (category in HIDDEN or INVISIBLE.match(character)) or marks > 2:
            found.append(repr(text[max(0, place - 30) : place + 30]))
        place += 1
    return found


def is_utf8(drawn: bytes) -> bool:
    try:
        drawn.decode()
    except UnicodeDecodeError:
        return False
    return True
