internal import GateCore
internal import HTTPWire
internal import JSONText
internal import Policy
internal import System

/// Whose token a token is, and how clients find out where to log in to a server.
///
/// `Authorization` is for the server where its entry in the registry says so, and `Gatehouse-Grant` for the gate then. A
/// token of the gate's own never reaches a server.
@LoopActor
final class HTTPAuthorization {
  private let gate: GateProcess
  private let url: PublicURL?
  /// Where servers said that their metadata is, as far as that is where they are themselves.
  private var told: [ExactText: String] = [:]

  static let metadataPath: [ExactText] = [".well-known", "oauth-protected-resource", "mcp"]

  /// With `url`, who comes by that address is told of it, and not of the one that the proxy before the gate uses.
  ///
  /// Which it was the request's `Host` says, which is one of those that the gate goes by; what a `Forwarded` says anybody
  /// could have written.
  init(_ gate: GateProcess, url: PublicURL?) {
    self.gate = gate
    self.url = url
  }

  /// What a client says to the gate of who it is.
  nonisolated static func forGate(_ head: HTTPHead) -> ArraySlice<UInt8>? {
    let own = head.all("gatehouse-grant")
    guard own.isEmpty else { return own.count == 1 ? own[0] : nil }
    return head.bearer
  }

  /// What a client says to the server of who it is.
  nonisolated static func forServer(_ head: HTTPHead) -> [UInt8]? {
    let values = head.all("authorization")
    guard values.count == 1, let value = values.first, 1...16_384 ~= value.count else { return nil }
    // Where a grant is needed and comes in this field, it is the gate's; and so is whatever looks like one.
    let mark = Array("gh_".utf8)
    guard !(head.bearer?.starts(with: mark) ?? false) else { return nil }
    return Array(value)
  }

  // MARK: Where to log in

  /// The fields that tell a client of a challenge, naming the gate's own place for the server's metadata.
  func fields(_ challenge: RemoteChallenge, of server: ExactText, host: ArraySlice<UInt8>) -> [HTTPField] {
    let place = place("/.well-known/oauth-protected-resource/mcp/", server, host)
    return challenge.fields.map { value in
      var text = String(decoding: value, as: UTF8.self)
      let mark = "resource_metadata=\""
      if let start = text.firstRange(of: mark)?.upperBound, let end = text[start...].firstIndex(of: "\"") {
        told[server] = String(text[start..<end])
        text.replaceSubrange(start..<end, with: place)
      }
      return HTTPField("WWW-Authenticate", text)
    }
  }

  private func place(_ path: String, _ server: ExactText, _ host: ArraySlice<UInt8>) -> String {
    let address =
      if let url, url.isNamed(by: host) { url.text } else { "http://\(String(decoding: host, as: UTF8.self))" }
    return "\(address)\(path)\(server.string)"
  }

  /// Answers with what the server says of where to log in, for the address that the client uses.
  func answer(_ server: ExactText, _ head: HTTPHead, _ connection: HTTPConnection) {
    guard let target = gate.inventory.loginTarget(server), let host = head.all("host").first else {
      return connection.refuse(HTTPRefusal(.notFound, "nobody logs in to a server of this name through the gate"))
    }
    let resource = place("/mcp/", server, host)
    ask(Self.places(target.url, told: told[server])[...], target, resource, connection)
  }

  /// Where the metadata may be: where the server said, and where the standard has it.
  ///
  /// Nowhere but at the server itself.
  private static func places(_ url: String, told: String?) -> [String] {
    guard let scheme = url.firstRange(of: "://")?.upperBound else { return [] }
    let authority = url[scheme...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let origin = String(url[..<authority.endIndex])
    let path = url[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
    let standard = origin + "/.well-known/oauth-protected-resource"
    var places: [String] = []
    if let told, told.hasPrefix(origin + "/") { places.append(told) }
    if path.count > 1 { places.append(standard + path) }
    return places + [standard]
  }

  private func ask(
    _ places: ArraySlice<String>, _ target: RemoteTarget, _ resource: String, _ connection: HTTPConnection
  ) {
    guard let place = places.first else {
      return connection.refuse(HTTPRefusal(.notFound, "the server does not say where to log in"))
    }
    let exchange = connection.exchange
    SmallDocument.fetch(place, target.options) { [weak self] text in
      // Another request may be at the connection's head by now.
      guard let self, connection.exchange == exchange else { return }
      guard let text = text.flatMap({ Self.rewritten($0, resource) }) else {
        return ask(places.dropFirst(), target, resource, connection)
      }
      connection.answer(.ok, text)
    }
  }

  /// The metadata for the address that the client uses, which has to be the one that it finds there.
  private static func rewritten(_ body: [UInt8], _ resource: String) -> [UInt8]? {
    guard var node = try? JSONNode.read(body), case .object(var members) = node.content else { return nil }
    let value = JSONNode(.string(ExactText(resource)))
    if let place = members.firstIndex(where: { $0.key == "resource" }) {
      members[place].value = value
    } else {
      members.append(JSONMember(key: "resource", value: value))
    }
    node.content = .object(members)
    return node.compact
  }
}

/// A document of a server's that is fetched once, and is small.
@LoopActor
private final class SmallDocument: HTTPExchangeOwner {
  private let client: HTTPClient
  private var exchange: (any HTTPExchange)?
  private var body: [UInt8] = []
  private var isGood = false
  /// Nil once it was called.
  private var done: (@LoopActor ([UInt8]?) -> Void)?

  private static let longest = 1 << 16
  private static let patience: Int64 = 10_000_000

  /// Calls `done` with the document, or with nil where there is none; not at once.
  static func fetch(_ url: String, _ options: HTTPClient.Options, _ done: @escaping @LoopActor ([UInt8]?) -> Void) {
    guard let client = HTTPClient(url, options) else {
      Loop.shared.atEndOfTurn { done(nil) }
      return
    }
    let document = SmallDocument(client, done)
    document.start()
  }

  private init(_ client: HTTPClient, _ done: @escaping @LoopActor ([UInt8]?) -> Void) {
    self.client = client
    self.done = done
  }

  private func start() {
    let headers = HTTPClient.Headers([Array("Accept: application/json".utf8)])
    exchange = client.start(HTTPClient.Request(method: .get, headers: headers), self, 0)
    Loop.shared.after(microseconds: Self.patience) { [weak self] in self?.end(false) }
  }

  func began(_ exchange: Int, _ head: HTTPAnswerHead) { isGood = head.status == 200 }

  func received(_ exchange: Int, _ bytes: Span<UInt8>) {
    guard body.count + bytes.count <= Self.longest else { return isGood = false }
    unsafe bytes.withUnsafeBufferPointer { unsafe body.append(contentsOf: $0) }
  }

  func finished(_ exchange: Int, _ failure: HTTPFailure?) {
    Loop.shared.atEndOfTurn { [self] in end(failure == nil) }
  }

  private func end(_ isWhole: Bool) {
    guard let done else { return }
    self.done = nil
    exchange?.cancel()
    exchange = nil
    client.close()
    done(isWhole && isGood ? body : nil)
  }
}
