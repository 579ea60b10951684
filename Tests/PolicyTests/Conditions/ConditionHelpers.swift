import JSONText
import Policy

/// A JSON text that a test expects to be right.
func node(_ text: String) throws -> JSONNode { try JSONNode.read(Array(text.utf8)) }

/// A condition that a test expects to be right; its value is JSON.
func condition(_ path: String, _ op: ConditionOperator, _ value: String) throws -> Condition {
  try Condition(pointer: "/c", path: ConditionPath(ExactText(path)), op: op, value: node(value))
}

func entry(_ conditions: Condition...) -> ConditionEntry {
  ConditionEntry(pointer: "/e", line: 1, conditions: conditions)
}

/// A call with these arguments, as JSON; nil for none.
func subject(_ arguments: String?, client: String = "claude", tool: Call.Target = .tool("push")) throws
  -> ConditionSubject
{
  ConditionSubject(
    call: Call(server: "git", target: tool, grant: "ann", session: "s1", client: ExactText(client)),
    arguments: try arguments.map { try node($0) })
}

extension ConditionMistake {
  /// Message and help as they are printed.
  var line: String { message + (help.map { ": \($0)" } ?? "") }
}
