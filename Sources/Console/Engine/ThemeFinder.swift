internal import ConsoleCore
internal import Glibc
internal import Policy
internal import System

/// Finds themes by name: the user's own folder first, then those that the program brings along.
struct ThemeFinder {
  enum Finding {
    /// `problem` is what is odd in the file, in words.
    case found(Theme, problem: String?)
    case missing(String)
  }

  private static let longestText = 64 << 10

  private let folder: String
  let names: [String]

  init(folder: String) {
    self.folder = folder
    names = ShippedThemes.names + Self.files(in: folder).filter { !ShippedThemes.names.contains($0) }
  }

  func find(_ name: String) -> Finding {
    guard let text = text(name) else {
      let nearest = Suggestion.nearest(to: name, among: names).map { "; did you mean `\($0)`?" } ?? ""
      return .missing("there is no theme `\(name)`\(nearest)")
    }
    let (theme, problems) = Theme.read(name: name, text: text, parents: self.text)
    let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    return .found(theme, problem: problems.first.map { "theme \(name).toml:\($0)\(more)" })
  }

  private func text(_ name: String) -> [UInt8]? {
    // A name must not lead out of the folder.
    guard Self.isName(name) else { return nil }
    let own = try? SafeFile.read("\(folder)/\(name).toml", limit: Self.longestText)
    return own ?? ShippedThemes.text(name)
  }

  private static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x2D: true
        default: false
        }
      }
  }

  private static func files(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while names.count < 200, let entry = unsafe readdir(stream) {
      let file = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if file.hasSuffix(".toml"), isName(String(file.dropLast(5))) { names.append(String(file.dropLast(5))) }
    }
    return names.sorted()
  }
}
