"""A fake AWS on 127.0.0.1: moto, the few operations that the tested servers call and moto lacks, and a record of
every request.

Run as a program it prints one line of JSON ({"aws": URL, "stub": URL}) when it listens, and ends when its standard
input does, so that it cannot outlive the tests.

The stub answers for Application Signals, which moto has not at all. GET /seen there tells what was asked of both since
the last POST /forget, as a list of "service operation".
"""

import io
import json
import re
import sys
import threading
import time

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

SEEN: list[str] = []
SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


def mend_moto() -> None:
    """Adds what the tested servers need."""
    import moto.utilities.tagging_service as tagging
    from moto.support.responses import SupportResponse

    original = tagging.TaggingService.tag_resource

    def tag_resource(self, arn, tags):
        # Tags of KMS keys that CloudFormation makes have the keys Key and Value; this service's are named otherwise.
        if tags and self.key_name != "Key":
            tags = [
                {self.key_name: tag["Key"], self.value_name: tag.get("Value")}
                if "Key" in tag and self.key_name not in tag
                else tag
                for tag in tags
            ]
        return original(self, arn, tags)

    tagging.TaggingService.tag_resource = tag_resource
    levels = {"severityLevels": [{"code": "low", "name": "Low"}, {"code": "urgent", "name": "Urgent"}]}
    SupportResponse.describe_severity_levels = lambda self: json.dumps(levels)

    from moto.logs.responses import LogsResponse

    LogsResponse.describe_query_definitions = lambda self: json.dumps({"queryDefinitions": []})


def operation(request: Request) -> str:
    """Names what a signed request asks for, in whichever of AWS's protocols it does."""
    scope = SCOPE.search(request.headers.get("Authorization", ""))
    service = scope.group(1) if scope else "-"
    name = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    if not name and request.mimetype == "application/x-www-form-urlencoded":
        found = re.search(rb"(?:^|&)Action=([A-Za-z0-9]+)", request.get_data(cache=True))
        name = found.group(1).decode() if found else ""
    return f"{service} {name or request.method + ' ' + request.path}"


def recorded(application):
    """Wraps an application so that every request to it is noted."""

    def wrapped(environ, start_response):
        if not environ.get("PATH_INFO", "").startswith("/moto-api"):
            request = Request(environ)
            noted = operation(request)
            if request.mimetype == "application/x-www-form-urlencoded":
                # Its body was read here; the application must find it again.
                environ["wsgi.input"] = io.BytesIO(request.get_data(cache=True))
            SEEN.append(noted)
        return application(environ, start_response)

    return wrapped


@Request.application
def stub(request: Request) -> Response:
    """Application Signals, as far as it is asked."""
    if request.path == "/seen":
        return Response(json.dumps(SEEN), mimetype="application/json")
    if request.path == "/forget":
        SEEN.clear()
        return Response("{}", mimetype="application/json")
    SEEN.append(operation(request))
    now = time.time()
    key = {"Type": "Service", "Name": "checkout", "Environment": "ecs:prod"}
    arn = "arn:aws:application-signals:us-east-1:123456789012:slo/checkout-latency"
    answers = {
        "/services": {
            "StartTime": now - 3600,
            "EndTime": now,
            "ServiceSummaries": [{"KeyAttributes": key, "MetricReferences": []}],
        },
        "/slos": {
            "SloSummaries": [
                {
                    "Arn": arn,
                    "Name": "checkout-latency",
                    "KeyAttributes": key,
                    "OperationName": "POST /pay",
                    "CreatedTime": now,
                }
            ]
        },
    }
    answer = answers.get(request.path)
    status = 200 if answer else 404
    return Response(json.dumps(answer or {"message": "no such operation here"}), status, mimetype="application/json")


def main() -> None:
    mend_moto()
    from moto.server import DomainDispatcherApplication, create_backend_app

    servers = {
        "aws": make_server("127.0.0.1", 0, recorded(DomainDispatcherApplication(create_backend_app)), threaded=True),
        "stub": make_server("127.0.0.1", 0, stub, threaded=True),
    }
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({name: f"http://127.0.0.1:{server.port}" for name, server in servers.items()}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
