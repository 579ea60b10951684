internal import Glibc
internal import JSONText
package import System

/// The texts of policies that gates obeyed, so that a decision of the record can be read beside its rule as it was.
///
/// Each is a file whose name has its digest; the last that was obeyed has the highest number. All may be deleted at any time.
package struct KeptPolicies: Sendable {
  private let folder: String

  /// Beyond these the oldest go.
  package static let most = 100
  package static let mostBytes: UInt64 = 32 << 20
  private static let longest = 16 << 20

  package init(in folder: String) { self.folder = folder }

  private struct Entry {
    var number: Int
    /// 64 hexadecimal digits.
    var digest: String

    init(number: Int, digest: String) {
      self.number = number
      self.digest = digest
    }

    init?(fileName: String) {
      let parts = fileName.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[1].hasSuffix(".json"), let number = Int(parts[0]), number > 0,
        ContentDigest(hexadecimal: String(parts[1].dropLast(5))) != nil
      else { return nil }
      self.init(number: number, digest: String(parts[1].dropLast(5)))
    }

    var fileName: String { "\(number)-\(digest).json" }
  }

  /// Keeps a text as the last that was obeyed.
  package func keep(_ text: [UInt8]) throws(SystemError) {
    try SafeFile.makeFolder(folder)
    var entries = try entries()
    let digest = ContentDigest(of: text).hexadecimal
    if entries.last?.digest == digest { return }
    let (next, isOver) = (entries.last?.number ?? 0).addingReportingOverflow(1)
    guard !isOver else { return }
    let entry = Entry(number: next, digest: digest)
    if let known = entries.firstIndex(where: { $0.digest == digest }) {
      _ = unsafe rename(path(entries[known]), path(entry))
      entries.remove(at: known)
    } else {
      try SafeFile.replace(path(entry), with: text)
    }
    trim(entries, leaving: UInt64(text.count))
  }

  /// The text of a revision, which is the beginning of its digest; nil where it is not kept.
  package func text(of revision: String) -> [UInt8]? {
    guard revision.utf8.count >= 8,
      let entry = (try? entries())?.last(where: { $0.digest.utf8.starts(with: revision.utf8) }),
      let text = try? SafeFile.read(path(entry), limit: Self.longest),
      ContentDigest(of: text).hexadecimal == entry.digest
    else { return nil }
    return text
  }

  private func path(_ entry: Entry) -> String { "\(folder)/\(entry.fileName)" }

  /// In the order in which they were obeyed last.
  private func entries() throws(SystemError) -> [Entry] {
    do throws(SystemError) {
      return try SafeFile.names(in: folder).compactMap { Entry(fileName: $0) }.sorted { $0.number < $1.number }
    } catch {
      if error.isAbsence { return [] }
      throw error
    }
  }

  /// Removes the oldest of those before the last one, which has so many bytes.
  private func trim(_ entries: [Entry], leaving size: UInt64) {
    var (count, bytes) = (1, size)
    for entry in entries.reversed() {
      count += 1
      bytes += min(Self.mostBytes, FileFacts(path(entry))?.size ?? 0)
      if count > Self.most || bytes > Self.mostBytes { try? SafeFile.remove(path(entry)) }
    }
  }
}
