"""Reads texts with Python's json and says of each what came of it.

Each line of standard input is a text in hexadecimal digits, a tab, and the value that Gatehouse read (empty if it refused), written as
a list of words: n t f, d<number>, s<code points>, a<count> and o<count> with what they hold behind them.
Each line of standard output is one word: `-` refused, `+` read, `=` read as the same value, `!` read as another value.
"""

import json
import sys


def words(value, out):
    """Writes a value down as Gatehouse does; objects come as lists of pairs, numbers as their text."""
    if isinstance(value, Number):
        out.append("d" + value.text)
    elif isinstance(value, Pairs):
        out.append(f"o{len(value.pairs)}")
        for key, inner in value.pairs:
            words(key, out)
            words(inner, out)
    elif isinstance(value, list):
        out.append(f"a{len(value)}")
        for inner in value:
            words(inner, out)
    elif isinstance(value, str):
        out.append("s" + ".".join(f"{ord(letter):x}" for letter in value))
    else:
        out.append({None: "n", True: "t", False: "f"}[value])
    return out


class Number:
    def __init__(self, text):
        self.text = text


class Pairs:
    def __init__(self, pairs):
        self.pairs = pairs


def answer(text, expected):
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return "-"
    if not expected:
        return "+"
    exact = json.loads(text, parse_int=Number, parse_float=Number, object_pairs_hook=Pairs)
    if " ".join(words(exact, [])) != expected:
        return "!"
    # What most programs get: numbers as int or float, objects as dict.
    return "=" if agrees(plain, exact) else "!"


def agrees(plain, exact):
    if isinstance(exact, Number):
        return type(plain) in (int, float) and plain == (int if type(plain) is int else float)(exact.text)
    if isinstance(exact, Pairs):
        return (
            isinstance(plain, dict)
            and list(plain) == [key for key, _ in exact.pairs]
            and all(agrees(plain[key], inner) for key, inner in exact.pairs)
        )
    if isinstance(exact, list):
        return isinstance(plain, list) and len(plain) == len(exact) and all(map(agrees, plain, exact))
    return type(plain) is type(exact) and plain == exact


for line in sys.stdin:
    digits, _, expected = line.rstrip("\n").partition("\t")
    print(answer(bytes.fromhex(digits), expected))
