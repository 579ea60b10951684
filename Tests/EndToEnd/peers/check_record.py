"""Checks a record by its definition alone, with nothing but Python's own library: check_record.py FOLDER

Prints the last hash of each lane, or the first line that does not fit, and ends with 0 or 1.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

SEGMENT = re.compile(r"(\d+)-(\d{6,})\.jsonl")
#: `,"hash":"`, 64 digits, `"}`.
ENDING = 9 + 64 + 2


def fits(version: int, lines: bytes, before: bytes) -> bytes | None:
    """The hash of lines of which the last has one, if it is the right one behind the hash before."""
    text = lines[:-ENDING]
    digest = (
        hashlib.sha256(before + text).digest()
        if version == 2
        else hashlib.blake2b(before + text + b"}", digest_size=32).digest()
    )
    return digest if lines[-ENDING:] == b',"hash":"' + digest.hex().encode() + b'"}' else None


def main() -> int:
    lanes: dict[int, list[tuple[int, Path]]] = {}
    for path in Path(sys.argv[1]).iterdir():
        if name := SEGMENT.fullmatch(path.name):
            lanes.setdefault(int(name[1]), []).append((int(name[2]), path))
    for lane, segments in sorted(lanes.items()):
        segments.sort()
        texts = {number: path.read_bytes() for number, path in segments}
        # What a segment ends with that is no whole line is told by the first line of a later one.
        for text in list(texts.values()):
            first = text.partition(b"\n")[0]
            for torn in json.loads(first).get("torn", []) if first.startswith(b"{") and first.endswith(b"}") else []:
                whole = texts[torn["segment"]]
                rest = whole[len(whole) - torn["bytes"]:]
                assert hashlib.blake2b(rest, digest_size=32).hexdigest() == torn["digest"]
                texts[torn["segment"]] = whole[: len(whole) - torn["bytes"]]
        hash = bytes(32)
        for number, path in segments:
            run, version = b"", 0
            for index, line in enumerate(texts[number].split(b"\n")[:-1], 1):
                start = index if not run else start
                run += line
                # From version 2 on, lines that were written together share the hash at the end of the last.
                if version == 2 and line[-ENDING:][:9] != b',"hash":"':
                    run += b"\n"
                    continue
                version = version or (1 if b'"version":1,' in line else 2)
                after = fits(version, run, hash)
                if after is None:
                    print(f"{path.name}:{start}" + (f"-{index}" if index > start else ""))
                    return 1
                hash, run = after, b""
            if run:
                print(f"{path.name}:{start}-{index}")
                return 1
        print(lane, hash.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main())
