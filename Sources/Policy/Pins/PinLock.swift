package import JSONText

/// What `tools.lock.json` holds: every server's tools as they were accepted.
///
/// One digest a tool is accepted at a time. Who accepts another definition replaces the one before, which may have been
/// replaced for a reason: a server that goes back to it is asked about again.
package struct PinLock: Hashable, Sendable {
  /// Who looked at a definition where nobody did: the gate has heard it first.
  package static let firstUse = "first use"

  package struct Tool: Hashable, Sendable {
    /// Of the definition as it was accepted; nil where none is.
    package var digest: ContentDigest?
    package var accepted: Moment?
    /// `first use`, or who accepted it.
    package var by: String?
    /// The definition as compact JSON; nil where it was too long to be kept.
    package var definition: [UInt8]?
    /// When the server told of it first, where that was after its first list and nobody has looked at it since.
    package var added: Moment?
    package var rejected: Rejection?

    package init(
      digest: ContentDigest?, accepted: Moment? = nil, by: String? = nil, definition: [UInt8]? = nil,
      added: Moment? = nil, rejected: Rejection? = nil
    ) {
      self.digest = digest
      self.accepted = accepted
      self.by = by
      self.definition = definition
      self.added = added
      self.rejected = rejected
    }
  }

  /// A definition that a person does not want; as long as it stands, every one but the accepted one is denied.
  package struct Rejection: Hashable, Sendable {
    package var digest: ContentDigest
    package var at: Moment
    package var by: String

    package init(digest: ContentDigest, at: Moment, by: String) {
      self.digest = digest
      self.at = at
      self.by = by
    }
  }

  /// What a server tells an agent of itself.
  package struct Instructions: Hashable, Sendable {
    package var digest: ContentDigest
    package var accepted: Moment
    package var by: String
    /// Nil where it was too long to be kept.
    package var text: String?
    /// What a person does not want; of these very instructions, or of others that came later.
    package var rejected: Rejection?

    package init(digest: ContentDigest, accepted: Moment, by: String, text: String?, rejected: Rejection? = nil) {
      self.digest = digest
      self.accepted = accepted
      self.by = by
      self.text = text
      self.rejected = rejected
    }

    /// Whether they stand as accepted: nobody has rejected them.
    package var isAccepted: Bool { rejected?.digest != digest }
  }

  package struct Server: Hashable, Sendable {
    /// Nil until the server has greeted somebody.
    package var instructions: Instructions?
    /// Nil until the server has listed its tools: what it tells later is an addition.
    package var tools: [ExactText: Tool]?

    package init(instructions: Instructions? = nil, tools: [ExactText: Tool]? = nil) {
      self.instructions = instructions
      self.tools = tools
    }
  }

  package var servers: [ExactText: Server] = [:]

  package init(servers: [ExactText: Server] = [:]) { self.servers = servers }

  /// The tool's pin; nil where there is none.
  package subscript(_ server: ExactText, _ tool: ExactText) -> Tool? { servers[server]?.tools?[tool] }

  package static let version = 1
  /// Bytes of a file that is read.
  package static let longestText = 32 << 20
  package static let mostServers = 1_000
  /// Tools of one server; more cannot be pinned, and a call of them needs a person.
  package static let mostTools = 10_000
  /// Bytes of a definition, or of instructions, that are kept to be shown; longer ones are known by their digest alone.
  package static let longestDefinition = 64 << 10
  /// Bytes of all definitions that were heard and are not accepted.
  package static let longestTogether = 12 << 20
  /// In a file of more bytes no more definitions are kept, and no more pins at all.
  static let mostWithDefinitions = 20 << 20
  static let mostBytes = 28 << 20
  /// A definition that goes deeper is known by its digest alone, for it would be too deep for the file.
  package static let deepest = 96

  /// What of a definition's text is kept, so that the file can be read again.
  package static func kept(_ definition: JSONNode) -> [UInt8]? {
    guard definition.isShallow(Self.deepest) else { return nil }
    let text = definition.compact
    guard text.count <= longestDefinition else { return nil }
    var long = PinText()
    long.value(definition)
    return long.bytes.count <= 4 * longestDefinition ? text : nil
  }
}

extension JSONNode {
  /// Whether objects and arrays lie in each other this deep at most.
  fileprivate func isShallow(_ depth: Int) -> Bool {
    switch content {
    case .null, .bool, .number, .string: true
    case .array(let elements): depth > 0 && elements.allSatisfy { $0.isShallow(depth - 1) }
    case .object(let members): depth > 0 && members.allSatisfy { $0.value.isShallow(depth - 1) }
    }
  }
}
