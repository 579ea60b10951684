/// The attacks, and the world that they are made for.
package enum AttackCorpus {
  package static let all: [Attack] =
    batches + secondDocuments + lineEnds + duplicateKeys + foldedKeys + wrongTypes + notJSON + encoding + numbers
    + depth + oversized + ids + notifications + methods + escapes + lookalikes + headers + limits + resources
    + others + forgedAnswers + lists + serverRequests

  package static subscript(name name: String) -> Attack? { all.first { $0.name == name } }

  /// The policy that is attacked: `selftest` denies what no rule names, `selftest-open` allows it.
  package static let policy = """
    {
      "version": "1",
      "default": "deny",
      "hide": ["hidden_tool"],
      "tools": {
        "allowed": {},
        "forbidden": {"action": "deny"},
        "limited_*": {"limits": [{"window": "day", "max": 1}]},
        "allowed_path": {
          "require": [{"conditions": [
            {"path": "args.path", "op": "eq", "value": "/srv/allowed"},
            {"path": "args.secret", "op": "exists", "value": false}
          ]}],
          "deny_if": [{"conditions": [{"path": "args.amount", "op": "gt", "value": 500}]}]
        }
      },
      "prompts": {"allowed_prompt": {}},
      "resources": {
        "file:///srv/allowed.txt": {},
        "file:///srv/public/*": {},
        "file:///etc/shadow": {"action": "deny"}
      },
      "servers": {"selftest-open": {"default": "allow"}}
    }

    """

  /// The same in words, for whoever configures another proxy.
  package static let policyInWords = """
      tools:      `allowed` may be called; `forbidden` is denied; `hidden_tool` is denied and not listed; each tool whose
                  name begins with `limited_` once a day; `allowed_path` only with `path` equal to "/srv/allowed", without
                  `secret`, and with an `amount` of 500 at most; every other tool is denied
      prompts:    only `allowed_prompt`
      resources:  only file:///srv/allowed.txt and those below file:///srv/public/
      the rest:   methods that the protocol does not know, and what a server asks of the client, are denied
    """

  package static let allowedPath = "/srv/allowed"
  package static let allowedPrompt = "allowed_prompt"
  package static let allowedResource = "file:///srv/allowed.txt"
  /// What lies below it may be read.
  package static let allowedFolder = "file:///srv/public/"
  /// Denied also where unknown resources may be read.
  package static let deniedResource = "file:///etc/shadow"
  /// No answer with this word may reach the client.
  package static let mark = "FORGED"
}
