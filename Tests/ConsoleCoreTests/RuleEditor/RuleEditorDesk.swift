import ConsoleCore
import ControlWire
import JSONText
import Policy
import Testing

extension Desk {
  /// What a server says of the arguments of `git_commit`.
  static let commitSchema = """
    {"type": "object", "required": ["repo_path", "message"], "properties": {
      "repo_path": {"type": "string", "description": "Path of the repository"},
      "message": {"type": "string"},
      "mode": {"enum": ["fast", "safe"], "type": "string"},
      "count": {"type": "integer"},
      "force": {"type": "boolean"},
      "files": {"type": "array", "items": {"$ref": "#/$defs/file"}},
      "odd.key": {"type": ["string", "null"]}},
     "$defs": {"file": {"type": "object", "required": ["path"], "properties": {
       "path": {"type": "string"}, "inner": {"$ref": "#/$defs/file"}}}}}
    """

  static let rulePolicy = """
    {
      "version": "1",
      "default": "deny",
      "servers": {
        "git": {
          "tools": {
            "git_commit": {
              "require": [
                {"conditions": [
                  {"path": "args.repo_path", "op": "within", "value": ["/srv", "/tmp"]},
                  {"path": "args.message", "op": "length_lte", "value": 72}
                ], "on_deny": "short messages inside of /srv"}
              ],
              "deny_if": [
                {"conditions": [{"path": "args.force", "op": "eq", "value": true}]}
              ]
            },
            "git_diff*": {"limits": [{"window": "minute", "max": 10}], "reason": "look first"}
          }
        }
      }
    }

    """

  /// A desk whose cursor is on a tool of git, with the server's schema known.
  static func editing(
    _ tool: String, policy: String = rulePolicy, columns: Int = 80, rows: Int = 24, opens: Bool = true
  ) -> Desk {
    var desk = Desk.ready(columns: columns, rows: rows)
    desk.read(policy)
    desk.press(":", "go git/\(tool)", "Enter")
    guard opens else { return desk }
    desk.press("e")
    desk.answer(tool)
    return desk
  }

  /// The gate tells the definition of a tool of git.
  mutating func answer(_ tool: String, schema: String = commitSchema) {
    let text = #"{"name": "\#(tool)", "inputSchema": \#(schema)}"#
    gate(.tool(ToolAnswer(server: "git", name: ExactText(tool), definition: Array(text.utf8)), id: 1))
  }

  var editor: RuleEditor? { if case .rule(let editor) = state.overlay { editor } else { nil } }

  var rule: String? { editor.map { String(decoding: $0.rule.compact, as: UTF8.self) } }

  var draftText: String { String(decoding: state.policy.draft?.current.text ?? [], as: UTF8.self) }
}
