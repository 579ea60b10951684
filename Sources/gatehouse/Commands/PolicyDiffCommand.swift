import ConsoleCore
import JSONText
import Policy
import System

extension Gatehouse {
  static let policyDiff = Command(
    ["policy", "diff"], operands: "A B", count: 2...2,
    summary: "Tell in words what changes from one policy to another; exit 1 if something does.",
    details: """
      Each line is a difference of meaning: `git/push: allow becomes 10/minute`. What is only reordered, laid out or
      written otherwise changes nothing. A or B may be `-` for standard input.

      Exit 0 without a difference, 1 with one, and 1 also where a policy is refused (told on standard error), 2 where the
      command line is wrong. With --unified the difference is one of the texts.

      With --json: {"a" {"file", "revision"}, "b" {...}, "changes" [{"pointer", "subject", "from", "to", "text"}],
      "remark", "diff"}; a pointer leads to a value that is in one of the two only, or differs; "remark" says what differs
      where nothing changes, and "diff" is there with --unified.
      """,
    options: [
      .init("--unified", "print the texts' difference as a unified diff"),
      .init("-u", "the same"),
      .init("--json", "print the difference as JSON"),
    ]
  ) { arguments throws(Failure) in
    let names = arguments.operands
    guard names != ["-", "-"] else { throw .usage("`-` can be read once only") }
    let (old, new) = (try readPolicy(names[0]), try readPolicy(names[1]))
    let diff = PolicyDiff(old, new)
    let isUnified = arguments.has("--unified") || arguments.has("-u")
    let patch = isUnified ? unified(diff.lines, names[0], names[1]) : nil
    if arguments.has("--json") {
      var writer = JSONWriter()
      writer.beginObject()
      for (key, name, document) in [("a", names[0], old), ("b", names[1], new)] {
        writer.key(text: key)
        writer.beginObject()
        writer.member("file", name)
        writer.member("revision", document.revision)
        writer.endObject()
      }
      diff.writeChanges(&writer)
      writer.member("remark", ifPresent: diff.remark)
      writer.member("diff", ifPresent: patch)
      writer.endObject()
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    } else if let patch {
      printDiff(patch)
    } else {
      for change in diff.changes { StandardOutput.write(TerminalText.safe(change.sentence) + "\n") }
      if let remark = diff.remark { StandardOutput.write(remark + "\n") }
    }
    return (isUnified ? old.text == new.text : diff.changes.isEmpty) ? 0 : 1
  }
}

extension PolicyDiff {
  /// The member `changes` of what a command tells as JSON.
  func writeChanges(_ writer: inout JSONWriter) {
    writer.key("changes")
    writer.beginArray()
    for change in changes {
      writer.beginObject()
      writer.member("pointer", change.pointer)
      writer.member("subject", change.subject)
      writer.member("from", change.from)
      writer.member("to", change.to)
      writer.member("text", change.sentence)
      writer.endObject()
    }
    writer.endArray()
  }
}
