package import JSONText

/// What a server's tools, prompts and resources are called where all servers are behind one endpoint.
///
/// A tool is `SERVER__TOOL`, where that has one reading only and no more characters than clients take. Any other gets a
/// name that is made of what can stay of it and of a digest of both; the same one each time, and never one that could
/// also be a name of the first kind.
package struct ExposedNames: Sendable {
  /// The most characters that every client takes.
  package static let longest = 64
  private static let digestLength = 12

  package struct Place: Hashable, Sendable {
    package let server: ExactText
    package let name: ExactText

    package init(_ server: ExactText, _ name: ExactText) {
      self.server = server
      self.name = name
    }
  }

  /// Those that cannot be read back, by what they are called.
  private var made: [ExactText: Place] = [:]
  private static let mostMade = 20_000

  package init() {}

  /// What something is called; remembered where it has to be.
  package mutating func name(_ place: Place) -> ExactText {
    let name = Self.name(place)
    if Self.plainPlace(name) != place, made.count < Self.mostMade, made[name] == nil { made[name] = place }
    return name
  }

  /// What a name means; nil for one that was never given and has no reading by itself.
  package func place(_ name: ExactText) -> Place? {
    if let place = Self.plainPlace(name) { return place }
    return made[name]
  }

  static func name(_ place: Place) -> ExactText {
    let plain = Array(place.server.utf8) + [0x5F, 0x5F] + Array(place.name.utf8)
    if let name = text(plain), plainPlace(name) == place { return name }
    var kept = plain.prefix(longest - digestLength - 1).map { isPlain($0) ? $0 : 0x5F }
    kept.append(0x5F)
    // A name has no NUL, so that no other pair has the same bytes.
    let digest = ContentDigest(of: Array(place.server.utf8) + [0] + Array(place.name.utf8))
    kept += digest.hexadecimal.utf8.prefix(digestLength)
    return text(kept) ?? ""
  }

  private static func text(_ bytes: [UInt8]) -> ExactText? { ExactText(String(decoding: bytes, as: UTF8.self)) }

  /// The reading of a name that needs no memory.
  private static func plainPlace(_ name: ExactText) -> Place? {
    let bytes = Array(name.utf8)
    guard bytes.count <= longest, bytes.allSatisfy(isPlain), !endsWithDigest(bytes) else { return nil }
    guard let mark = bytes.indices.dropLast().first(where: { bytes[$0] == 0x5F && bytes[$0 + 1] == 0x5F }), mark > 0,
      mark + 2 < bytes.count, let server = text(Array(bytes[..<mark])), let rest = text(Array(bytes[(mark + 2)...]))
    else { return nil }
    return Place(server, rest)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  private static func endsWithDigest(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > digestLength, bytes[bytes.count - digestLength - 1] == 0x5F else { return false }
    return bytes.suffix(digestLength).allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
  }

  // MARK: Resources

  private static let scheme = Array("gatehouse:".utf8)

  /// What a resource, or a template of resources, is called: `gatehouse:SERVER/URI`.
  package static func uri(_ place: Place) -> ExactText {
    text(scheme + place.server.utf8 + [0x2F] + place.name.utf8) ?? ""
  }

  /// The resource that is called so; nil for what no server's resource is called.
  package static func resource(_ uri: ExactText) -> Place? {
    let bytes = Array(uri.utf8)
    guard bytes.starts(with: scheme), let slash = bytes.firstIndex(of: 0x2F), slash > scheme.count,
      slash + 1 < bytes.count, let server = text(Array(bytes[scheme.count..<slash])),
      let rest = text(Array(bytes[(slash + 1)...]))
    else { return nil }
    return Place(server, rest)
  }
}
