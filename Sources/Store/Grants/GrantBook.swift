package import JSONText
package import Policy

/// Who may use the gate over HTTP: grants with a label and the digest of a token, which itself is kept nowhere.
package struct GrantBook: Hashable, Sendable {
  package struct Grant: Hashable, Sendable {
    /// What limits, conditions, the stream and approvals call it.
    package var label: ExactText
    /// Of the token, as 64 hexadecimal digits.
    package var digest: String
    /// The servers that it is for; nil for all.
    package var servers: [ExactText]?
    package var created: Moment
    package var expires: Moment?

    package init(
      label: ExactText, digest: String, servers: [ExactText]? = nil, created: Moment, expires: Moment? = nil
    ) {
      self.label = label
      self.digest = digest
      self.servers = servers
      self.created = created
      self.expires = expires
    }

    package func isExpired(at now: Moment) -> Bool { expires.map { $0 <= now } ?? false }
    package func reaches(_ server: ExactText) -> Bool { servers?.contains(server) ?? true }
  }

  package private(set) var grants: [Grant] = []

  package init() {}

  package static let most = 1_000
  package static let longestText = 1 << 20
  /// What calls are counted for that come without a grant; no grant may be called so.
  package static let local: ExactText = "local"

  package subscript(_ label: ExactText) -> Grant? { grants.first { $0.label == label } }

  /// The grant of a token that is good now.
  ///
  /// How long it takes tells nothing of which one it is, or of how much of a token is right.
  package func grant(of token: ArraySlice<UInt8>, at now: Moment) -> Grant? {
    let digest = Array(ContentDigest(of: Array(token)).hexadecimal.utf8)
    var found: Grant?
    for grant in grants {
      let known = Array(grant.digest.utf8)
      guard known.count == digest.count else { continue }
      var difference: UInt8 = 0
      for index in digest.indices { difference |= digest[index] ^ known[index] }
      if difference == 0 { found = grant }
    }
    return found.flatMap { $0.isExpired(at: now) ? nil : $0 }
  }

  /// Whether any grant has ended in a stretch of time.
  package func hasEnded(after start: Moment, until end: Moment) -> Bool {
    grants.contains { grant in grant.expires.map { start < $0 && $0 <= end } ?? false }
  }

  // MARK: Changes

  package mutating func add(_ grant: Grant) throws(GrantError) {
    try Self.check(label: grant.label)
    guard self[grant.label] == nil else {
      throw GrantError(
        "there is a grant `\(grant.label.string)` already; `gatehouse grants rotate` gives it a new token")
    }
    guard grants.count < Self.most else { throw GrantError("there are \(Self.most) grants, and no more can be kept") }
    grants.append(grant)
  }

  package mutating func revoke(_ label: ExactText) throws(GrantError) {
    guard let place = grants.firstIndex(where: { $0.label == label }) else { throw Self.unknown(label) }
    grants.remove(at: place)
  }

  /// Gives a grant another token.
  package mutating func rotate(_ label: ExactText, to digest: String, at now: Moment) throws(GrantError) {
    guard let place = grants.firstIndex(where: { $0.label == label }) else { throw Self.unknown(label) }
    guard !grants[place].isExpired(at: now) else {
      throw GrantError("the grant `\(label.string)` has expired, and no token would open anything; revoke and add it")
    }
    grants[place].digest = digest
  }

  private static func unknown(_ label: ExactText) -> GrantError {
    GrantError("there is no grant `\(label.string)`; `gatehouse grants list` names them")
  }

  package static func check(label: ExactText) throws(GrantError) {
    let isLegal = label.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    guard isLegal, 1...64 ~= label.utf8.count else {
      throw GrantError("a grant's label has 1 to 64 letters, digits, `_`, `-` and `.`")
    }
    guard label != local else {
      throw GrantError("`local` is what calls without a grant are counted for; choose another label")
    }
  }
}

/// What is wrong with grants, or with a change to them.
package struct GrantError: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ message: String) { description = message }
}

// MARK: The file
extension GrantBook {
  /// Reads what `text` wrote; an unknown key is an error.
  ///
  /// Throws: `GrantError`. Nobody is let in by a file that cannot be read.
  package init(text: [UInt8]) throws(GrantError) {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode.read(text)
    } catch {
      let place = TextPlace(of: error.offset, in: text)
      throw GrantError("\(place.line):\(place.column): \(error)")
    }
    guard let members = root.members, members.allSatisfy({ ["version", "grants"].contains($0.key) }),
      root["version"]?.text == "1", let list = root["grants"]?.elements
    else { throw GrantError("it is no list of grants, version 1") }
    for node in list {
      let place = TextPlace(of: node.range.lowerBound, in: text)
      do throws(GrantError) {
        try add(try Self.grant(node))
      } catch {
        throw GrantError("\(place.line):\(place.column): \(error)")
      }
    }
  }

  private static func grant(_ node: JSONNode) throws(GrantError) -> Grant {
    let known: [ExactText] = ["label", "token_digest", "servers", "created", "expires"]
    guard let members = node.members, members.allSatisfy({ known.contains($0.key) }), let label = node["label"]?.text,
      let digest = node["token_digest"]?.text, digest.utf8.count == 64,
      digest.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }),
      let created = node["created"]?.string.flatMap({ Moment(rfc3339: $0) })
    else { throw GrantError("a grant has a `label`, a `token_digest` of 64 digits and the time when it was `created`") }
    var grant = Grant(label: label, digest: digest.string, created: created)
    if let servers = node["servers"] {
      guard let names = servers.elements?.map(\.text), names.allSatisfy({ $0 != nil }) else {
        throw GrantError("`servers` must be an array of names")
      }
      grant.servers = names.compactMap { $0 }
    }
    if let expires = node["expires"] {
      guard let moment = expires.string.flatMap({ Moment(rfc3339: $0) }) else {
        throw GrantError("`expires` must be a time as in 2026-12-31T00:00:00Z")
      }
      grant.expires = moment
    }
    return grant
  }

  package var text: [UInt8] {
    var lines: [String] = []
    for grant in grants {
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("label", grant.label.string)
      writer.member("token_digest", grant.digest)
      if let servers = grant.servers {
        writer.key("servers")
        writer.beginArray()
        for server in servers { writer.string(server.string) }
        writer.endArray()
      }
      writer.member("created", grant.created.rfc3339)
      writer.member("expires", ifPresent: grant.expires?.rfc3339)
      writer.endObject()
      lines.append("    " + String(decoding: writer.bytes, as: UTF8.self))
    }
    let list = lines.isEmpty ? "[]" : "[\n" + lines.joined(separator: ",\n") + "\n  ]"
    return Array("{\n  \"version\": \"1\",\n  \"grants\": \(list)\n}\n".utf8)
  }
}
