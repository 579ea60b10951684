internal import ConsoleCore
internal import System

/// The theme in use: follows its file while the console runs, and keeps the last good one while the file is wrong.
@LoopActor
final class ThemeKeeper {
  let finder: ThemeFinder
  private(set) var current: Theme
  /// What is shown has changed; the note says why, or what is wrong with the file.
  var changed: (@LoopActor (Theme, Note) -> Void)?

  /// A theme that is shown and not chosen yet.
  private var preview: Theme?
  private var watches: [FileWatch] = []
  private var files: [String] = []

  private var shown: Theme { preview ?? current }

  init(_ finder: ThemeFinder) {
    self.finder = finder
    current = ShippedThemes.theme(ShippedThemes.standard)
  }

  func close() {
    for watch in watches { watch.cancel() }
    watches = []
    files = []
  }

  /// Uses a theme from now on; answers what is odd about it.
  func use(_ name: String) throws(ThemeFinder.Missing) -> String? {
    let found = try watched(name)
    preview = nil
    current = found.theme
    return Self.inWords(found.problems).map { "theme \($0)" }
  }

  /// Shows a theme, or the chosen one again, and answers it.
  func show(_ name: String?) -> Theme {
    let found = name.flatMap { try? watched($0) }
    preview = found?.theme
    if found == nil { _ = try? watched(current.name) }
    return shown
  }

  /// Reads a theme whose files are watched from before they were read: no change falls in between.
  private func watched(_ name: String) throws(ThemeFinder.Missing) -> ThemeFinder.Found {
    let found = try finder.find(name)
    guard found.files != files else { return found }
    close()
    files = found.files
    // Without a watch a theme is as good, only not as quick.
    watches = files.compactMap { path in try? FileWatch(path) { [weak self] in self?.readAgain() } }
    return try finder.find(name)
  }

  private func readAgain() {
    let name = shown.name
    do throws(ThemeFinder.Missing) {
      let found = try watched(name)
      guard !found.isBroken else {
        let problem = Self.inWords(found.problems) ?? "the file of \(name) is empty"
        changed?(shown, Note(.warning, "the last good theme stays: \(problem)"))
        return
      }
      let note =
        Self.inWords(found.problems).map { Note(.warning, "theme \($0)") }
        ?? Note(.info, "theme \(name) was read again")
      guard found.theme != shown || note.weight == .warning else { return }
      if preview == nil { current = found.theme } else { preview = found.theme }
      changed?(shown, note)
    } catch {
      changed?(shown, Note(.warning, "the last good theme stays: \(error.message)"))
    }
  }

  private static func inWords(_ problems: [String]) -> String? {
    let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    return problems.first.map { "\($0)\(more)" }
  }
}
