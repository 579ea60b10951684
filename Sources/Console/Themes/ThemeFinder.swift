package import ConsoleCore
internal import Policy
internal import System

/// Finds themes by name: the user's own folder first, then those that the program brings along.
package struct ThemeFinder {
  /// A theme as it is now.
  package struct Found {
    package var theme: Theme
    /// What is odd about it, with the file's name.
    package var problems: [String]
    /// The user's own file; nil for a theme that the program brings along.
    package var path: String?
    /// Something could not be understood, as in a file that is still being written.
    var isBroken: Bool
    /// The user's files that it was read from, and those that would be if they were there.
    var files: [String]
  }

  /// Why there is no theme.
  package struct Missing: Error { package var message: String }

  private static let longestText = 64 << 10
  private static let mostNames = 200

  private let folder: String
  private let surroundings: Theme.Surroundings

  package init(folder: String, on surroundings: Theme.Surroundings = Theme.Surroundings()) {
    self.folder = folder
    self.surroundings = surroundings
  }

  /// The default theme, the other ones that the program brings along, and the user's own.
  package var names: [String] {
    // With the dot, a folder that is a symbolic link is one too.
    let files = ((try? SafeFile.names(in: folder + "/.")) ?? []).filter { $0.hasSuffix(Self.ending) }
    let own = files.map { String($0.dropLast(Self.ending.count)) }.filter(Self.isName)
    return ShippedThemes.names + own.filter { !ShippedThemes.names.contains($0) }.sorted().prefix(Self.mostNames)
  }

  package var entries: [ThemeEntry] {
    names.compactMap { name in
      guard let found = try? find(name) else { return nil }
      return ThemeEntry(
        name: name, variant: found.theme.variant, isOwn: found.path != nil, problems: found.problems)
    }
  }

  package func find(_ name: String) throws(Missing) -> Found {
    var files: [String] = []
    let file = look(name, &files)
    guard let text = file.text else {
      if let problem = file.problem { throw Missing(message: problem) }
      let nearest = Suggestion.nearest(to: name, among: names).map { "; did you mean `\($0)`?" } ?? ""
      throw Missing(message: "there is no theme `\(name)`\(nearest)")
    }
    var inherited: [(name: String, text: [UInt8])] = []
    let read = Theme.read(name: name, text: text, on: surroundings) { parent in
      let file = look(parent, &files)
      if file.path != nil, let text = file.text { inherited.append((parent, text)) }
      return file.text
    }
    var found = Found(
      theme: read.theme, problems: file.problem.map { [$0] } ?? [], path: file.path,
      isBroken: file.path != nil && text.allSatisfy { $0 <= 0x20 }, files: files)
    func take(_ problems: [ThemeProblem], of name: String) {
      found.problems += problems.map { "\(name)\(Self.ending):\($0)" }
      if problems.contains(where: { !$0.isUnknownName }) { found.isBroken = true }
    }
    take(read.problems, of: name)
    for parent in inherited {
      take(Theme.read(name: parent.name, text: parent.text, parents: self.text).problems, of: parent.name)
    }
    return found
  }

  /// A theme's text, for one that inherits from it.
  package func text(_ name: String) -> [UInt8]? {
    var files: [String] = []
    return look(name, &files).text
  }

  private static let ending = ".toml"

  /// The text of a theme; `problem` says why the user's own file was not taken.
  private func look(_ name: String, _ files: inout [String]) -> (text: [UInt8]?, path: String?, problem: String?) {
    // A name must not lead out of the folder.
    guard Self.isName(name) else { return (nil, nil, nil) }
    let path = "\(folder)/\(name)\(Self.ending)"
    files.append(path)
    do throws(SystemError) {
      return (try SafeFile.read(path, limit: Self.longestText), path, nil)
    } catch {
      return (ShippedThemes.text(name), nil, error.isAbsence ? nil : "\(error)")
    }
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
}

extension Theme.Surroundings {
  /// What the environment says of the terminal's background: `COLORFGBG`, which rxvt, Konsole and others set.
  package init(environment: [String: String], paintsBackground: Bool = true) {
    self.init()
    self.paintsBackground = paintsBackground
    guard let last = environment["COLORFGBG"]?.split(separator: ";").last, let index = UInt8(last), index < 16 else {
      return
    }
    variant = index == 7 || index > 8 ? .light : .dark
  }
}
