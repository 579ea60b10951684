"""The real servers: how each starts without the outside world, what it can do, and how the effect is seen."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).resolve().parent
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
REGION = "us-east-1"


class FakeAWS:
    """The fake AWS as a process that ends with this one."""

    def __init__(self, log: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "fake_aws.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("w"),
            text=True,
        )
        line = self._process.stdout.readline()
        assert line, f"the fake AWS did not start: {log.read_text()}"
        self.urls: dict[str, str] = json.loads(line)

    @property
    def environment(self) -> dict[str, str]:
        """What points a program that uses AWS here."""
        return {
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.urls["aws"],
            "AWS_ENDPOINT_URL_APPLICATION_SIGNALS": self.urls["stub"],
            "AWS_REGION": REGION,
        }

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.urls["aws"],
            region_name=REGION,
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )

    def reset(self) -> None:
        """Back to an empty account with one log group."""
        self._post(self.urls["aws"] + "/moto-api/reset")
        self.client("logs").create_log_group(logGroupName="/app/shop")
        self._post(self.urls["stub"] + "/forget")

    def seen(self) -> list[str]:
        """Every request since the reset, as "service operation"."""
        return json.load(urllib.request.urlopen(self.urls["stub"] + "/seen", timeout=10))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)

    def _post(self, url: str) -> None:
        urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=30).close()


@dataclass
class World:
    """Everything that a server can act on in one test, fresh."""

    folder: Path
    programs: Path
    aws: FakeAWS
    prometheus: str

    def __post_init__(self) -> None:
        self.aws.reset()
        (self.folder / "aws").mkdir()
        (self.folder / "aws/config").write_text(f"[default]\nregion = {REGION}\n")
        (self.folder / "aws/credentials").write_text(
            "[default]\naws_access_key_id = x\naws_secret_access_key = x\n"
        )
        (self.folder / "app").mkdir()
        (self.folder / "app/Dockerfile").write_text("FROM scratch\n")
        (self.folder / "bin").mkdir()
        self._stand_in("docker", "")
        self._stand_in("aws", """echo '{"imageIds":[{"imageTag":"x"}]}'""")
        self._make_repository()

    @property
    def environment(self) -> dict[str, str]:
        return {
            **self.aws.environment,
            "ALLOW_SENSITIVE_DATA": "true",
            "ALLOW_WRITE": "true",
            "AWS_CONFIG_FILE": str(self.folder / "aws/config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "aws/credentials"),
            "FASTMCP_LOG_LEVEL": "ERROR",
            "HOME": str(self.folder),
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
        }

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def read(self, name: str) -> str:
        """A file's text; empty while there is none."""
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def repositories(self) -> list[str]:
        """The repositories in the fake AWS's container registry."""
        found = self.aws.client("ecr").describe_repositories()["repositories"]
        return sorted(repository["repositoryName"] for repository in found)

    def metric(self, name: str) -> str | None:
        """One of Prometheus' own figures."""
        with urllib.request.urlopen(self.prometheus + "/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return next((line for line in lines if line.startswith(name)), None)

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.invalid", *arguments],
            cwd=self.folder / "repository",
            capture_output=True,
            text=True,
            check=True,
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"]},
        )
        return done.stdout

    def _stand_in(self, name: str, answer: str) -> None:
        """A program that records how it was called, and succeeds."""
        path = self.folder / "bin" / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.folder}/called.log\n{answer}\n')
        path.chmod(0o755)

    def _make_repository(self) -> None:
        (self.folder / "repository").mkdir()
        self.git("init", "-q", "-b", "main")
        (self.folder / "repository/a.txt").write_text("one\n")
        self.git("add", "a.txt")
        self.git("commit", "-q", "-m", "the first commit")


@dataclass
class Call:
    tool: str
    arguments: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    #: What the text of a good answer holds.
    answer: str = ""


@dataclass
class RealServer:
    command: Callable[[World], list[str]]
    #: A call that leaves a trace in the world, and the trace.
    act: Call
    trace: Callable[[World], Any]
    #: A call that is made many times.
    look: Call
    #: A tool that the policy hides.
    hidden: str


def _script(*words: str) -> Callable[[World], list[str]]:
    return lambda world: [world.program(words[0]), *words[1:]]


def _seen(operation: str) -> Callable[[World], int]:
    return lambda world: world.aws.seen().count(operation)


#: The servers that the suite is about, each by the name it is registered under.
REAL_SERVERS: dict[str, RealServer] = {
    "git": RealServer(
        command=_script("mcp-server-git"),
        act=Call(
            "git_create_branch",
            lambda world: {"repo_path": str(world.folder / "repository"), "branch_name": "made-by-a-tool"},
            "made-by-a-tool",
        ),
        trace=lambda world: world.git("branch", "--list"),
        look=Call("git_log", lambda world: {"repo_path": str(world.folder / "repository")}, "the first commit"),
        hidden="git_reset",
    ),
    "time": RealServer(
        # A witness in front tells what arrives: this server changes nothing that could be looked at.
        command=lambda world: [
            sys.executable,
            str(HERE.parent / "peers/witness.py"),
            str(world.folder / "arrived.jsonl"),
            world.program("mcp-server-time"),
            "--local-timezone",
            "UTC",
        ],
        act=Call(
            "convert_time",
            lambda world: {"source_timezone": "UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"},
            "21:00",
        ),
        trace=lambda world: world.read("arrived.jsonl").count('"convert_time"'),
        look=Call("get_current_time", lambda world: {"timezone": "UTC"}, '"timezone": "UTC"'),
        hidden="get_current_time",
    ),
    "cloudwatch": RealServer(
        command=_script("awslabs.cloudwatch-mcp-server"),
        act=Call("describe_log_groups", answer="/app/shop"),
        trace=_seen("logs DescribeLogGroups"),
        look=Call("get_active_alarms", answer="No active alarms found"),
        hidden="get_alarm_history",
    ),
    "support": RealServer(
        command=_script("awslabs.aws-support-mcp-server"),
        act=Call(
            "create_support_case",
            lambda world: {
                "subject": "Broker down",
                "service_code": "amazon-mq",
                "category_code": "other",
                "severity_code": "low",
                "communication_body": "Help",
            },
            "created successfully",
        ),
        trace=lambda world: [case["subject"] for case in world.aws.client("support").describe_cases()["cases"]],
        look=Call("describe_severity_levels", answer="urgent"),
        hidden="resolve_support_case",
    ),
    "prometheus": RealServer(
        command=lambda world: [world.program("awslabs.prometheus-mcp-server"), "--url", world.prometheus],
        act=Call("ExecuteQuery", lambda world: {"query": "vector(41 + 1)"}, "42"),
        trace=lambda world: world.metric('prometheus_http_requests_total{code="200",handler="/api/v1/query"}'),
        look=Call("GetServerInfo", answer="prometheus_url"),
        hidden="ListMetrics",
    ),
    "application-signals": RealServer(
        command=_script("awslabs.cloudwatch-applicationsignals-mcp-server"),
        act=Call("list_monitored_services", answer="checkout"),
        trace=_seen("application-signals GET /services"),
        look=Call("list_slos", answer="checkout-latency"),
        hidden="delete_instrumentation",
    ),
    "mq": RealServer(
        command=_script("awslabs.amazon-mq-mcp-server", "--allow-resource-creation"),
        act=Call(
            "create_broker",
            lambda world: {
                "region": REGION,
                "broker_name": "orders",
                "engine_type": "RABBITMQ",
                "engine_version": "3.13",
                "deployment_mode": "SINGLE_INSTANCE",
                "username": "admin",
                "password": "secretsecret1",
            },
            "BrokerId",
        ),
        trace=lambda world: [
            broker["BrokerName"] for broker in world.aws.client("mq").list_brokers()["BrokerSummaries"]
        ],
        look=Call("list_brokers", lambda world: {"region": REGION}, "BrokerSummaries"),
        hidden="delete_broker",
    ),
    "ecs": RealServer(
        command=_script("ecs-mcp-server"),
        act=Call(
            "build_and_push_image_to_ecr",
            lambda world: {"app_name": "shop", "app_path": str(world.folder / "app"), "tag": "v1"},
            "shop-repo:v1",
        ),
        trace=lambda world: (world.repositories(), "docker push" in world.read("called.log")),
        look=Call("ecs_resource_management", lambda world: {"api_operation": "ListClusters"}, "clusterArns"),
        hidden="delete_app",
    ),
    "healthomics": RealServer(
        command=_script("awslabs.aws-healthomics-mcp-server"),
        act=Call("CloneContainerToECR", lambda world: {"source_image": "ubuntu:latest"}, "library-ubuntu"),
        trace=lambda world: world.repositories(),
        look=Call("ListECRRepositories", answer="repositories"),
        hidden="DeleteAHORunBatch",
    ),
}
