internal import JSONText

extension RegisteredServer.Transport {
  /// Reads an entry of `mcpServers`.
  init(_ node: JSONNode) throws(RegistryError) {
    guard node.members != nil else { throw RegistryError("an entry must be an object, not \(node.kindInWords)") }
    if let url = node["url"] ?? node["serverUrl"] {
      guard node["command"] == nil else { throw RegistryError("an entry has `command` or `url`, not both") }
      self = .http(try RemoteEntry(node, url: url))
      return
    }
    guard let command = node["command"] else { throw RegistryError("`command` or `url` is missing") }
    guard let program = command.string, !program.isEmpty else {
      throw RegistryError("`command` must be a program's name, not \(command.kindInWords)")
    }
    var directory: String?
    if let value = node["cwd"], !value.isNull {
      guard let path = value.string else { throw RegistryError("`cwd` must be a string, not \(value.kindInWords)") }
      directory = path
    }
    self = .stdio(
      program: program, arguments: try Self.arguments(node["args"]), environment: try Self.environment(node["env"]),
      directory: directory)
  }

  private static func arguments(_ node: JSONNode?) throws(RegistryError) -> [String] {
    guard let node, !node.isNull else { return [] }
    guard let elements = node.elements else { throw RegistryError("`args` must be an array of strings") }
    var arguments: [String] = []
    for element in elements {
      guard let argument = element.string, !argument.utf8.contains(0) else {
        throw RegistryError("`args` must be an array of strings")
      }
      arguments.append(argument)
    }
    return arguments
  }

  private static func environment(_ node: JSONNode?) throws(RegistryError) -> [String: String] {
    guard let node, !node.isNull else { return [:] }
    guard let members = node.members else { throw RegistryError("`env` must be an object of strings") }
    var environment: [String: String] = [:]
    for member in members {
      guard let value = member.value.string, !value.utf8.contains(0), !member.key.isEmpty,
        !member.key.utf8.contains(0), !member.key.utf8.contains(0x3D)
      else { throw RegistryError("`env` must be an object of strings") }
      environment[member.key.string] = value
    }
    return environment
  }

  /// The entry as it is written for a new server.
  var node: JSONNode {
    func text(_ value: String) -> JSONNode { JSONNode(.string(ExactText(value))) }
    switch self {
    case .http(let remote): return remote.node
    case .stdio(let program, let arguments, let environment, let directory):
      var members = [JSONMember(key: "command", value: text(program))]
      if !arguments.isEmpty { members.append(JSONMember(key: "args", value: JSONNode(.array(arguments.map(text))))) }
      if !environment.isEmpty {
        let variables = environment.sorted { $0.key < $1.key }
        members.append(
          JSONMember(
            key: "env",
            value: JSONNode(.object(variables.map { JSONMember(key: ExactText($0.key), value: text($0.value)) }))))
      }
      if let directory { members.append(JSONMember(key: "cwd", value: text(directory))) }
      return JSONNode(.object(members))
    }
  }
}

extension Bool {
  /// A setting of ours in an entry: false where it is absent.
  static func flag(_ key: ExactText, of entry: JSONNode) throws(RegistryError) -> Bool {
    guard let value = entry[key] else { return false }
    guard let flag = value.bool else { throw RegistryError("`\(key)` must be true or false, not \(value.kindInWords)") }
    return flag
  }
}
