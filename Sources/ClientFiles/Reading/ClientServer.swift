package import JSONText

/// One server as a client's configuration file starts it.
package struct ClientServer: Hashable, Sendable {
  /// A variable that the server is started with; its value may be a secret.
  package struct Variable: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A header that goes with every request to a server over HTTP; its value may be a secret.
  package struct Header: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
      /// A text, in which `${NAME}` and `${NAME:-OTHERWISE}` stand for variables of the session.
      case text(String)
      /// What a file holds.
      case file(String)
    }

    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  package enum Start: Hashable, Sendable {
    /// A program with its words; the variables are in the order of their names.
    case command(program: String, arguments: [String], variables: [Variable], folder: String?)
    case url(String, headers: [Header] = [])
  }

  package var name: ExactText
  /// Nil where the entry cannot be used; `problem` says why.
  package var start: Start?
  /// The client does not start it now.
  package var isOff: Bool
  /// The folder that it is for; nil for all.
  package var project: String?
  /// Why the entry cannot be used as it is.
  package var problem: String?

  package init(
    _ name: ExactText, _ start: Start?, isOff: Bool = false, project: String? = nil, problem: String? = nil
  ) {
    self.name = name
    self.start = start
    self.isOff = isOff
    self.project = project
    self.problem = problem
  }

  /// What it runs goes through the gate already: `gatehouse connect NAME`, `gatehouse run -- COMMAND`.
  package var isGuarded: Bool {
    guard case .command(let program, let arguments, _, _) = start else { return false }
    let name = program.split(separator: "/").last ?? ""
    return name == "gatehouse" && arguments.contains { $0 == "connect" || $0 == "run" }
  }
}

extension ClientServer: CustomStringConvertible {
  /// The name only: words and variables may be secrets.
  package var description: String { "<server \(name.string)>" }
}

extension ClientServer.Start: CustomStringConvertible {
  package var description: String {
    switch self {
    case .command: "<command>"
    case .url: "<url>"
    }
  }
}
