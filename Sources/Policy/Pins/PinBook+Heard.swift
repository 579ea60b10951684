package import JSONText

// MARK: What servers tell otherwise, in a file
extension PinBook {
  /// What is told otherwise at present, as JSON; for the gate alone, so one long line.
  package var heardText: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("version", PinLock.version)
    writer.key("servers")
    writer.beginObject()
    for (server, found) in deviations.sorted(by: { $0.key < $1.key }) {
      writer.key(text: server.string)
      found.write(&writer)
    }
    writer.endObject()
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  /// Reads `heardText`.
  package static func readHeard(_ text: [UInt8]) throws(PinMistake) -> [ExactText: Deviations] {
    let reader = PinReader(text: text)
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode.read(text)
    } catch {
      throw reader.mistake(error.offset, "\(error)")
    }
    guard root["version"]?.integer == PinLock.version, let servers = root["servers"]?.members else {
      throw reader.mistake(0, "this build reads `\"version\": \(PinLock.version)` only")
    }
    var found: [ExactText: Deviations] = [:]
    for server in servers.prefix(PinLock.mostServers) { found[server.key] = try reader.deviations(server.value) }
    return found
  }
}

extension PinBook.Deviations {
  fileprivate func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    if let instructions {
      writer.key("instructions")
      writer.beginObject()
      writer.member("digest", instructions.digest.hexadecimal)
      writer.member("since", instructions.accepted.rfc3339)
      writer.member("text", ifPresent: instructions.text)
      writer.endObject()
    }
    writer.key("tools")
    writer.beginObject()
    // What was told otherwise and is no more concerns the sessions of this gate alone.
    for (name, heard) in tools.sorted(by: { $0.key < $1.key }) where heard.isCurrent {
      writer.key(text: name.string)
      writer.beginObject()
      writer.member("digest", heard.digest.hexadecimal)
      writer.member("since", heard.since.rfc3339)
      if heard.isTwice { writer.member("twice", true) }
      if let definition = heard.definition {
        writer.key("definition")
        writer.raw(definition)
      }
      writer.endObject()
    }
    writer.endObject()
    writer.key("gone")
    writer.beginObject()
    for (name, since) in gone.sorted(by: { $0.key < $1.key }) {
      writer.key(text: name.string)
      writer.string(since.rfc3339)
    }
    writer.endObject()
    writer.endObject()
  }
}

extension PinReader {
  fileprivate func deviations(_ node: JSONNode) throws(PinMistake) -> PinBook.Deviations {
    var found = PinBook.Deviations()
    if let told = node["instructions"] {
      found.instructions = PinLock.Instructions(
        digest: try digest(try required(told["digest"], "digest", of: told), "digest"),
        accepted: try moment(try required(told["since"], "since", of: told), "since"), by: PinLock.firstUse,
        text: told["text"]?.string)
    }
    for member in (node["tools"]?.members ?? []).prefix(PinLock.mostTools) {
      let told = member.value
      found.tools[member.key] = PinBook.Heard(
        digest: try digest(try required(told["digest"], "digest", of: told), "digest"),
        definition: told["definition"]?.compact,
        since: try moment(try required(told["since"], "since", of: told), "since"),
        isTwice: told["twice"]?.bool ?? false)
    }
    for member in (node["gone"]?.members ?? []).prefix(PinLock.mostTools) {
      found.gone[member.key] = try moment(member.value, "gone")
    }
    return found
  }
}
