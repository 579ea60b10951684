"""A server of the older era whose tool answers with a result that is exactly what its argument says, byte for byte."""

import json
import sys


def main() -> None:
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message or "method" not in message:
            continue
        if message["method"] == "initialize":
            version = json.dumps(message["params"]["protocolVersion"])
            information = '{"name":"odd","version":"1"}'
            result = f'{{"protocolVersion":{version},"capabilities":{{"tools":{{}}}},"serverInfo":{information}}}'
        else:
            result = message["params"]["arguments"]["result"]
        sys.stdout.write(f'{{"jsonrpc":"2.0","id":{json.dumps(message["id"])},"result":{result}}}\n')
        sys.stdout.flush()


if __name__ == "__main__":
    main()
