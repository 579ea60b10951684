"""The names of the public conformance suite's scenarios, by revision of the protocol."""

OLDER = "2025-11-25"
TODAY = "2026-07-28"

_BOTH = """
    completion-complete tools-list
    tools-call-simple-text tools-call-image tools-call-audio tools-call-embedded-resource tools-call-mixed-content
    tools-call-error tools-call-with-progress
    resources-list resources-read-text resources-read-binary resources-templates-read
    prompts-list prompts-get-simple prompts-get-with-args prompts-get-embedded-resource prompts-get-with-image
    json-schema-2020-12
""".split()

#: The scenarios that standard input and output can play.
PUBLIC: dict[str, list[str]] = {
    OLDER: _BOTH
    + """
        server-initialize logging-set-level ping tools-call-with-logging tools-call-sampling tools-call-elicitation
        elicitation-sep1034-defaults elicitation-sep1330-enums resources-subscribe resources-unsubscribe
    """.split(),
    TODAY: _BOTH
    + "server-stateless sep-2164-resource-not-found caching".split()
    + [
        f"input-required-result-{name}"
        for name in """
            basic-elicitation basic-sampling basic-list-roots request-state multiple-input-requests multi-round
            missing-input-response non-tool-request result-type unsupported-methods tampered-state capability-check
            ignore-extra-params validate-input
        """.split()
    ],
}

#: Those that it cannot, and why.
HTTP_ONLY: dict[str, str] = {
    "server-sse-multiple-streams": "server-sent events are how HTTP carries messages",
    "sse-polling": "server-sent events are how HTTP carries messages",
    "dns-rebinding-protection": "a pipe has no host name",
    "server-session-lifecycle": "the session of a pipe is its process; the id in a header is HTTP's",
    "http-header-validation": "a pipe has no headers",
    "tasks-*": "in the stateless era an extension, whose scenarios are pending; the older era's are played as tasks-call",
}
