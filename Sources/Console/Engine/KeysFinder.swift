internal import ConsoleCore
internal import System

/// Reads the user's own keys; without a file there are ours.
enum KeysFinder {
  static func find(_ path: String) -> (keys: KeyBindings, notes: [Note]) {
    do throws(SystemError) {
      let (keys, problems) = KeysText.read(try SafeFile.read(path, limit: KeysText.longestText + 1))
      var notes = problems.map { Note(.warning, "keys.conf:\($0)") }
      if notes.count > 1 { notes.append(Note(.warning, "keys.conf: \(notes.count) lines are odd; :log lists them")) }
      return (keys, notes)
    } catch {
      return (.standard, error.isAbsence ? [] : [Note(.warning, "keys.conf: \(error)")])
    }
  }
}
