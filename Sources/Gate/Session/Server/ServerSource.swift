internal import ControlWire
internal import GateCore
internal import JSONText
internal import Store
internal import System

/// Where a session's server comes from.
enum ServerSource: Sendable {
  case command(ChildCommand)
  case remote(RemoteTarget)

  @LoopActor
  func makeEnd() -> any ServerEnd {
    switch self {
    case .command(let command): ChildServer(command)
    case .remote(let target): RemoteServer(target)
    }
  }

  /// What the server is given and nobody shall read.
  var secrets: Secrets {
    switch self {
    case .command(let command):
      Secrets(environment: command.environment.entries, own: command.ownVariables, words: command.words)
    case .remote(let target): target.secrets
    }
  }

  /// Whether another one can take its place.
  var mayStartAgain: Bool {
    if case .command = self { true } else { false }
  }

  func with(fileMask: UInt32?, isGuarded: Bool) -> ServerSource {
    guard case .command(var command) = self else { return self }
    command.fileMask = fileMask
    command.isGuarded = isGuarded
    return .command(command)
  }
}

/// A remote server with all that it takes to talk to it, secrets included.
struct RemoteTarget: Sendable {
  let url: String
  /// What may be shown of it.
  let host: String
  let headers: [[UInt8]]
  let options: HTTPClient.Options
  /// Whether clients over HTTP log in to it themselves.
  let passesAuthorization: Bool
  let secrets: Secrets

  /// Variables in headers are the client's, or else the gate's.
  init(_ entry: RemoteEntry, of name: ExactText, _ environment: ProcessEnvironment) throws(ControlError) {
    guard let host = HostName.host(of: entry.url) else {
      throw ControlError(
        "the `url` of `\(name.string)` cannot be used: write it without a user and without odd characters; "
          + "credentials go into `headers`")
    }
    let given: (lines: [[UInt8]], values: [[UInt8]])
    do {
      given = try entry.lines(environments: [environment, ProcessEnvironment(entries: ThisProcess.environmentEntries)])
    } catch {
      throw ControlError("`\(name.string)`: \(error.message)")
    }
    url = entry.url
    self.host = host
    headers = given.lines
    options = HTTPClient.Options(
      rule: AddressRule(host: host, allowsPrivate: entry.allowsPrivate), certificates: entry.certificates,
      usesProxy: entry.usesProxy)
    passesAuthorization = entry.passesAuthorization
    secrets = Secrets(values: .none, given.values)
  }
}

extension RemoteTarget: CustomStringConvertible {
  /// The host only: the rest may hold secrets.
  var description: String { "<remote \(host)>" }
}
