internal import HTTPWire
internal import JSONText
internal import Policy
internal import Store
internal import System

/// Who may use the gate over HTTP: the file of grants as it is now.
@LoopActor
final class GrantKeeper {
  private let path: String
  /// Nil where there is no file: then programs of this machine need no grant.
  private(set) var book: GrantBook?
  /// Why nobody is let in.
  private(set) var problem: String?
  /// Other machines reach the gate: without a file nobody is let in.
  var isAlwaysNeeded = false
  private var watch: FileWatch?
  private var looked = Clock.now()
  /// Called when another file has been read.
  var changed: (@LoopActor () -> Void)?

  init(_ path: String) {
    self.path = path
    read()
    watch = try? FileWatch(path) { [weak self] in
      self?.read()
      self?.changed?()
    }
  }

  func read() {
    do {
      book = try GrantFile.read(path)
      problem = nil
    } catch {
      // Whoever was let in by the file of before may be whom this one was to shut out.
      problem = "\(error)"
      StandardError.write("gatehouse: nobody is let in over HTTP: \(error)\n")
    }
  }

  enum Access {
    /// Calls are counted for this grant.
    case granted(ExactText)
    case refused(HTTPRefusal, [HTTPField])
  }

  /// Whether a request may use a server, nil for no particular one.
  func access(_ head: HTTPHead, to server: ExactText?) -> Access {
    if problem != nil {
      return .refused(HTTPRefusal(.unavailable, "the grants cannot be read, so nobody is let in"), [])
    }
    guard let book = book ?? (isAlwaysNeeded ? GrantBook() : nil) else { return .granted(GrantBook.local) }
    let challenge = "Bearer realm=\"gatehouse\""
    guard let token = HTTPAuthorization.forGate(head) else {
      return .refused(
        HTTPRefusal(.unauthorized, "a token is needed: `Authorization: Bearer TOKEN` of `gatehouse grants add`"),
        [HTTPField("WWW-Authenticate", challenge)])
    }
    guard let grant = book.grant(of: token, at: Clock.now()) else {
      return .refused(
        HTTPRefusal(.unauthorized, "the token is not known, or not any more"),
        [HTTPField("WWW-Authenticate", challenge + ", error=\"invalid_token\"")])
    }
    if let server, !grant.reaches(server) {
      return .refused(
        HTTPRefusal(.forbidden, "the grant is not for this server"),
        [HTTPField("WWW-Authenticate", challenge + ", error=\"insufficient_scope\"")])
    }
    return .granted(grant.label)
  }

  /// The token of a grant as it was when a session began: another one ends it.
  func mark(of grant: ExactText) -> String? { book?[grant]?.digest }

  /// Whether a session of a grant may go on.
  func mayGoOn(_ grant: ExactText, mark: String?, server: ExactText?) -> Bool {
    guard problem == nil else { return false }
    guard let book else { return grant == GrantBook.local && !isAlwaysNeeded }
    guard let known = book[grant], known.digest == mark else { return false }
    return !known.isExpired(at: Clock.now()) && (server.map { known.reaches($0) } ?? true)
  }

  /// Whether a grant has ended by itself since this was last asked.
  func hasEnded(at now: Moment) -> Bool {
    defer { looked = now }
    return book?.hasEnded(after: looked, until: now) ?? false
  }

  /// Those of some servers that a grant is for.
  func reached(_ servers: [ExactText], by grant: ExactText) -> [ExactText] {
    guard let book else { return servers }
    return servers.filter { book[grant]?.reaches($0) ?? false }
  }
}
