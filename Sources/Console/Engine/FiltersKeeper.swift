internal import ConsoleCore
internal import JSONText
internal import System

/// The file of named filters, which is replaced only if it is still what it was when it was read.
struct FiltersKeeper {
  let path: String

  func read() -> NamedFilters {
    do throws(SystemError) {
      return NamedFilters(try SafeFile.read(path, limit: NamedFilters.longestText))
    } catch {
      return error.isAbsence ? NamedFilters() : NamedFilters(nil, problem: "\(error)")
    }
  }

  /// Writes the file and reads it again; one that is another one by now is only read.
  func save(_ text: [UInt8], over digest: ContentDigest?) -> NamedFilters {
    let current = read()
    guard current.problem == nil, current.text.map({ ContentDigest(of: $0) }) == digest else { return current }
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      try SafeFile.replace(path, with: text)
      return read()
    } catch {
      return NamedFilters(current.text, problem: "\(error)")
    }
  }
}
