package import JSONText

/// What the gate knows of one tool: its whole definition as the server wrote it, and the package that it comes from.
package struct ToolAnswer: Hashable, Sendable {
  package var server: ExactText
  package var name: ExactText
  /// The element of the server's `tools/list`, compact JSON; hostile text.
  ///
  /// Nil where `problem` says why.
  package var definition: [UInt8]?
  package var package: ServerPackage?
  /// Why there is no definition, in words.
  package var problem: String?

  /// A definition that is longer is not sent.
  package static let longestDefinition = 1 << 20

  package init(
    server: ExactText, name: ExactText, definition: [UInt8]? = nil, package: ServerPackage? = nil,
    problem: String? = nil
  ) {
    self.server = server
    self.name = name
    self.definition = definition
    self.package = package
    self.problem = problem
  }
}

/// The published thing that a server's command starts, as far as the command tells; never its other words.
package struct ServerPackage: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case npm
    case pypi = "PyPI"
    case nuget = "NuGet"
    case jsr
    case image
    case go = "Go module"
    case module = "Python module"
    case repository
  }

  /// What starts it: `npx`, `uvx`, `docker`.
  package var runner: String
  package var kind: Kind
  package var name: String
  /// As it is written: `1.2`, `latest`, `sha256:…`; nil where the command leaves it open.
  package var version: String?

  package init(runner: String, kind: Kind, name: String, version: String? = nil) {
    self.runner = runner
    self.kind = kind
    self.name = name
    self.version = version
  }

  /// Whether the next start runs the same code, as far as the name of a version can promise it.
  package var isPinned: Bool {
    guard let version else { return false }
    return version != "latest" && version.utf8.contains { 0x30...0x39 ~= $0 }
      && !version.utf8.contains { ">*^~<".utf8.contains($0) }
  }
}
