internal import JSONText
internal import Store
internal import System

// MARK: Who is let in over HTTP
extension Examination {
  mutating func lookAtGrants() {
    let path = paths.grants
    if let facts = FileFacts(path), facts.mode & 0o022 != 0 {
      wrong(.files, "grants", "others can write \(path), and let in whom they want", remedy: "chmod 600 \(path)")
    }
    let book: GrantBook?
    do throws(GrantError) {
      book = try GrantFile.read(path)
    } catch {
      return wrong(.files, "grants", "\(error)", remedy: "edit \(path)")
    }
    guard let book else { return }
    let now = Clock.now()
    let expired = book.grants.filter { $0.isExpired(at: now) }
    for grant in expired.prefix(Self.mostProblems) {
      hint(
        .files, "grants", "\(grant.label.string) is let in no longer: its grant has expired",
        remedy: "gatehouse grants revoke \(grant.label.string)")
    }
    good(.files, "grants", "\(path), \(counted(book.grants.count - expired.count, "grant"))")
  }
}
