internal import JSONText
internal import Policy

/// The arguments of a tool that a limit can add up: its numbers.
enum CostPaths {
  /// So many are offered.
  static let most = 200
  private static let deepest = 6

  /// The paths to the numbers that an input schema names, in its order.
  static func all(in schema: [UInt8]) -> [String] {
    guard let root = try? JSONNode.read(schema) else { return [] }
    var found: [String] = []
    collect(root, [], into: &found)
    return found
  }

  private static func collect(_ schema: JSONNode, _ steps: [ConditionPath.Step], into found: inout [String]) {
    guard steps.count < deepest else { return }
    for member in schema["properties"]?.members ?? [] {
      guard found.count < most else { return }
      let path = steps + [.member(member.key)]
      if isNumber(member.value) { found.append(ConditionPath(arguments: path).text.string) }
      collect(member.value, path, into: &found)
    }
  }

  private static func isNumber(_ schema: JSONNode) -> Bool {
    let types = schema["type"]?.elements ?? schema["type"].map { [$0] } ?? []
    return types.contains { $0.string == "number" || $0.string == "integer" }
  }
}
