package import JSONText

/// What a client wants to be told of by a `subscriptions/listen`.
package struct ListenRequest: Hashable, Sendable {
  /// The resources whose changes it asks for.
  package let resources: [ExactText]

  /// More in one request are refused.
  package static let mostResources = 1_000

  /// Reads the parameters of a request.
  ///
  /// Throws: `WireRefusal` if a server could read other resources in it than we do.
  package init(_ bytes: Span<UInt8>, params: Range<Int>?) throws(WireRefusal) {
    guard let node = try Self.read(bytes, params), let filter = try Self.member("notifications", of: node) else {
      resources = []
      return
    }
    guard filter.members != nil else {
      throw WireRefusal(.invalidParams, "the member `notifications` must be an object")
    }
    guard let list = try Self.member("resourceSubscriptions", of: filter), !list.isNull else {
      resources = []
      return
    }
    guard let elements = list.elements, elements.count <= Self.mostResources else {
      throw WireRefusal(
        .invalidParams, "the member `resourceSubscriptions` must be an array of at most \(Self.mostResources) strings")
    }
    var resources: [ExactText] = []
    for element in elements {
      guard let uri = element.text, !uri.isEmpty, uri.utf8.count <= WireLimits.uri else {
        throw WireRefusal(
          .invalidParams, "the member `resourceSubscriptions` must hold strings of 1 to \(WireLimits.uri) bytes")
      }
      resources.append(uri)
    }
    self.resources = resources
  }

  private static func read(_ bytes: Span<UInt8>, _ params: Range<Int>?) throws(WireRefusal) -> JSONNode? {
    guard let params else { return nil }
    do throws(JSONError) {
      var cursor = JSONCursor(at: params.lowerBound)
      return try JSONNode.read(bytes, &cursor, depth: 1)
    } catch {
      throw WireRefusal(error)
    }
  }

  private static func member(_ name: ExactText, of object: JSONNode) throws(WireRefusal) -> JSONNode? {
    let folded = FoldedKey.of(Array(name.utf8))
    for member in object.members ?? [] where member.key != name && member.key.utf8.count <= 6 * folded.count {
      guard FoldedKey.of(Array(member.key.utf8)) != folded else {
        throw WireRefusal(.invalidParams, "a key in `params` could be mistaken for `\(name)`")
      }
    }
    return object[name]
  }
}
