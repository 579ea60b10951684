internal import Policy
internal import System

/// The segments of all lanes as they lie in the record's folder.
struct RecordShelf {
  let folder: String
  /// By lane, in the order of their numbers.
  let lanes: [Int: [RecordSegment]]

  init(_ folder: String) {
    self.folder = folder
    let names = (try? SafeFile.names(in: folder)) ?? []
    lanes = Dictionary(grouping: names.compactMap { RecordSegment(fileName: $0) }.sorted(), by: \.lane)
  }

  func path(_ segment: RecordSegment) -> String { "\(folder)/\(segment.fileName)" }

  /// Of what is larger than any file that was ever written, `mostBytes`: any number of sizes can be added up.
  func bytes(_ segment: RecordSegment) -> Int {
    FileFacts(path(segment)).map { Int(min($0.size, UInt64(Self.mostBytes))) } ?? 0
  }

  static let mostBytes = 1 << 48

  /// The time of its first line.
  func began(_ segment: RecordSegment) -> Moment? {
    guard let file = try? RegularFile(path(segment)) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    guard let count = try? file.read(at: 0, into: &bytes), count == bytes.count else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix(#"{"time":""#), let end = text.dropFirst(9).firstIndex(of: "\"") else { return nil }
    return Moment(rfc3339: String(text.dropFirst(9)[..<end]))
  }

  /// The time of its last line.
  func ended(_ segment: RecordSegment) -> Moment? { RecordPast.lastTime(path(segment)) }

  /// Something of it is worth being removed: its first line only tells which segment it is.
  func hasEvents(_ segment: RecordSegment) -> Bool {
    guard let file = try? RegularFile(path(segment)) else { return false }
    let limit = min(file.size, 64 << 10)
    let size = file.size
    var reader = RecordLineReader(file, limit: limit)
    guard case .line(let first)? = try? reader.next() else { return size > limit }
    return size > first.count + 1
  }
}
