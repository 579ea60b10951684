import History
import Store
import System

extension KnownSchemas {
  /// What the catalogue has.
  static func ofCatalogue() throws(Failure) -> KnownSchemas {
    guard SafeFile.exists(try Gatehouse.environmentPaths().database) else { return KnownSchemas([:]) }
    let catalogue = try Gatehouse.openCatalogue()
    do {
      return KnownSchemas(
        Dictionary(try catalogue.entries().map { ($0.server, $0.definitions) }, uniquingKeysWith: { $1 }))
    } catch {
      throw Failure("\(error)")
    }
  }
}
