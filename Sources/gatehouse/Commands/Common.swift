import ControlWire
import Gate
import Glibc
import JSONText
import Policy
import Store
import System

/// What several commands need of files and gate.
extension Gatehouse {
  static func environmentPaths() throws(Failure) -> Paths {
    do {
      return try Paths.current()
    } catch {
      throw Failure("\(error)")
    }
  }

  /// A file's bytes, or standard input for `-`.
  static func readText(_ name: String) throws(Failure) -> [UInt8] {
    do {
      return name == "-" ? try readStandardInput() : try SafeFile.read(name, limit: longestText)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure("\(error)")
    }
  }

  /// The most bytes that a file given to a command may have.
  private static let longestText = 16 << 20

  private static func readStandardInput() throws(Failure) -> [UInt8] {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while text.count <= longestText {
      let count = unsafe read(0, &chunk, chunk.count)
      if count == 0 { return text }
      guard count > 0 else { throw Failure("standard input cannot be read") }
      text.append(contentsOf: chunk[..<count])
    }
    throw Failure("standard input has more than \(longestText) bytes")
  }

  static func readRegistry() throws(Failure) -> ServerRegistry {
    let path = try environmentPaths().registry
    do throws(RegistryError) {
      return try RegistryFile.read(path)
    } catch {
      throw Failure("\(error)")
    }
  }

  static func openCatalogue() throws(Failure) -> Catalogue {
    let path = try environmentPaths().database
    do {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      return try Catalogue(path: path, setAside: Catalogue.setAside)
    } catch {
      throw Failure("the catalogue cannot be opened: \(error)")
    }
  }

  static func inventory() throws(Failure) -> [Snapshot.Server] {
    let registry = try readRegistry()
    let catalogue = try openCatalogue()
    do {
      return Inventory.servers(registry: registry, entries: try catalogue.entries())
    } catch {
      throw Failure("\(error)")
    }
  }

  /// The policy of a file, or of the policy in use; what cannot be read denies everything, as the gate does.
  static func engine(_ file: String?) throws(Failure) -> PolicyEngine {
    let path: String
    if let file { path = file } else { path = try environmentPaths().policy }
    let text: [UInt8]
    do {
      text = try SafeFile.read(path, limit: longestText)
    } catch {
      guard file == nil else { throw Failure("\(error)") }
      return .denyEverything
    }
    do throws(PolicyRejection) {
      return PolicyEngine(try PolicyDocument.read(text))
    } catch {
      guard file == nil else { throw Failure(error.problems.map { "\(path):\($0)" }.joined(separator: "\n")) }
      return .denyEverything
    }
  }

  static func replaceFile(_ path: String, with text: [UInt8]) throws(Failure) {
    do {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      try SafeFile.replace(path, with: text)
    } catch {
      throw Failure("\(error)")
    }
  }
}
