package import JSONText

/// What is wrong with a file of pins: where, what, and how to mend it.
package struct PinMistake: Error, Hashable, Sendable, CustomStringConvertible {
  package let place: TextPlace
  package let message: String

  /// `12:3: error: ...`, to be put behind a file's name and a colon.
  package var description: String { "\(place.line):\(place.column): error: \(message)" }
}

extension PinLock {
  /// Reads a file strictly: what nobody knows is an error, so that nothing is lost when it is written again.
  ///
  /// Throws: `PinMistake` for the first thing that is wrong.
  package static func read(_ text: [UInt8]) throws(PinMistake) -> PinLock {
    let reader = PinReader(text: text)
    guard text.count <= longestText else {
      throw reader.mistake(0, "the file is longer than \(longestText) bytes")
    }
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode.read(text)
    } catch {
      let marks: Set<UInt8> = [0x3C, 0x3D, 0x3E]
      let isConflict = error.offset < text.count && marks.contains(text[error.offset])
      throw reader.mistake(
        error.offset, isConflict ? "a merge left its marks here; keep one side and remove them" : "\(error)")
    }
    return try reader.lock(root)
  }
}

/// Reads the tree of a file of pins.
struct PinReader {
  let text: [UInt8]

  func mistake(_ offset: Int, _ message: String) -> PinMistake {
    PinMistake(place: TextPlace(of: offset, in: text), message: message)
  }

  func members(_ node: JSONNode, _ name: String, _ known: [String]?) throws(PinMistake) -> [JSONMember] {
    guard let members = node.members else {
      throw mistake(node.range.lowerBound, "\(name) must be an object, not \(node.kindInWords)")
    }
    guard let known else { return members }
    for member in members where !known.contains(where: { ExactText($0) == member.key }) {
      let near = Suggestion.nearest(to: member.key.string, among: known)
      let help = near.map { "did you mean `\($0)`?" } ?? "known here: \(known.joined(separator: ", "))"
      throw mistake(member.keyRange.lowerBound, "unknown key `\(member.key)`: \(help)")
    }
    return members
  }

  func string(_ node: JSONNode, _ name: String) throws(PinMistake) -> String {
    guard let text = node.string else {
      throw mistake(node.range.lowerBound, "`\(name)` must be a string, not \(node.kindInWords)")
    }
    return text
  }

  func digest(_ node: JSONNode, _ name: String) throws(PinMistake) -> ContentDigest {
    guard let digest = ContentDigest(hexadecimal: try string(node, name)) else {
      throw mistake(node.range.lowerBound, "`\(name)` must be 64 hexadecimal digits in lower case")
    }
    return digest
  }

  func moment(_ node: JSONNode, _ name: String) throws(PinMistake) -> Moment {
    guard let moment = Moment(rfc3339: try string(node, name)) else {
      throw mistake(node.range.lowerBound, "`\(name)` must be a time such as `2026-11-22T12:00:00Z`")
    }
    return moment
  }

  func required<Value>(_ value: Value?, _ name: String, of node: JSONNode) throws(PinMistake) -> Value {
    guard let value else { throw mistake(node.range.lowerBound, "`\(name)` is missing here") }
    return value
  }

  func lock(_ root: JSONNode) throws(PinMistake) -> PinLock {
    var lock = PinLock()
    var version: Int?
    for member in try members(root, "a file of pins", ["version", "servers"]) {
      if member.key == "version" {
        guard member.value.integer == PinLock.version else {
          throw mistake(member.value.range.lowerBound, "this build reads `\"version\": \(PinLock.version)` only")
        }
        version = PinLock.version
      } else {
        let servers = try members(member.value, "`servers`", nil)
        guard servers.count <= PinLock.mostServers else {
          throw mistake(member.value.range.lowerBound, "more than \(PinLock.mostServers) servers")
        }
        for server in servers { lock.servers[server.key] = try self.server(server.value) }
      }
    }
    _ = try required(version, "version", of: root)
    return lock
  }

  private func server(_ node: JSONNode) throws(PinMistake) -> PinLock.Server {
    var server = PinLock.Server()
    for member in try members(node, "a server", ["instructions", "tools"]) {
      if member.key == "instructions" {
        server.instructions = try instructions(member.value)
      } else {
        let entries = try members(member.value, "`tools`", nil)
        guard entries.count <= PinLock.mostTools else {
          throw mistake(member.value.range.lowerBound, "more than \(PinLock.mostTools) tools")
        }
        var tools: [ExactText: PinLock.Tool] = [:]
        for entry in entries { tools[entry.key] = try tool(entry.value) }
        server.tools = tools
      }
    }
    return server
  }

  private func instructions(_ node: JSONNode) throws(PinMistake) -> PinLock.Instructions {
    var (digest, accepted, by, text): (ContentDigest?, Moment?, String?, String?)
    var rejected: PinLock.Rejection?
    for member in try members(node, "`instructions`", ["digest", "accepted", "by", "text", "rejected"]) {
      switch member.key {
      case "digest": digest = try self.digest(member.value, "digest")
      case "accepted": accepted = try moment(member.value, "accepted")
      case "by": by = try string(member.value, "by")
      case "rejected": rejected = try rejection(member.value)
      default: text = try string(member.value, "text")
      }
    }
    return PinLock.Instructions(
      digest: try required(digest, "digest", of: node), accepted: try required(accepted, "accepted", of: node),
      by: try required(by, "by", of: node), text: text, rejected: rejected)
  }

  private func tool(_ node: JSONNode) throws(PinMistake) -> PinLock.Tool {
    var tool = PinLock.Tool(digest: nil)
    for member in try members(node, "a tool", ["digest", "accepted", "by", "added", "rejected", "definition"]) {
      switch member.key {
      case "digest": tool.digest = try digest(member.value, "digest")
      case "accepted": tool.accepted = try moment(member.value, "accepted")
      case "by": tool.by = try string(member.value, "by")
      case "added": tool.added = try moment(member.value, "added")
      case "rejected": tool.rejected = try rejection(member.value)
      default:
        _ = try members(member.value, "`definition`", nil)
        tool.definition = member.value.compact
      }
    }
    if tool.digest == nil, tool.rejected == nil {
      throw mistake(node.range.lowerBound, "a tool needs a `digest`, or `rejected`")
    }
    if tool.digest != nil { _ = try required(tool.accepted, "accepted", of: node) }
    return tool
  }

  private func rejection(_ node: JSONNode) throws(PinMistake) -> PinLock.Rejection {
    var (digest, at, by): (ContentDigest?, Moment?, String?)
    for member in try members(node, "`rejected`", ["digest", "at", "by"]) {
      switch member.key {
      case "digest": digest = try self.digest(member.value, "digest")
      case "at": at = try moment(member.value, "at")
      default: by = try string(member.value, "by")
      }
    }
    return PinLock.Rejection(
      digest: try required(digest, "digest", of: node), at: try required(at, "at", of: node),
      by: try required(by, "by", of: node))
  }
}
