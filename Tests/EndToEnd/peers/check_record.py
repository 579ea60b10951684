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


def fits(line: bytes, before: bytes) -> bytes | None:
    """The hash of a line, if it is the right one behind the hash before."""
    text = line[:-ENDING] + b"}"
    digest = hashlib.blake2b(before + text, digest_size=32).digest()
    return digest if line[-ENDING:] == b',"hash":"' + digest.hex().encode() + b'"}' else None


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
            for index, line in enumerate(texts[number].split(b"\n")[:-1], 1):
                after = fits(line, hash)
                if after is None:
                    print(f"{path.name}:{index}")
                    return 1
                hash = after
        print(lane, hash.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main())
