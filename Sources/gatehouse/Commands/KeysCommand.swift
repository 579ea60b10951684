import ConsoleCore
import System

extension Gatehouse {
  static let keys = Command(
    ["keys"], summary: "Print what each key of the console does, as keys.conf says it.",
    details: """
      The console reads keys.conf in the configuration folder: lines KEY ACTION, or KEY PANE ACTION, where the action
      `none` frees a key. To begin with: gatehouse keys > keys.conf. Mistakes go to standard error, and then it ends with 1.
      """
  ) { arguments throws(Failure) in
    let path = try paths(arguments).keys
    var text: [UInt8] = []
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: KeysText.longestText + 1)
    } catch {
      guard error.isAbsence else { throw Failure("\(error)") }
    }
    let (keys, problems) = KeysText.read(text)
    StandardOutput.write(KeysText.text(keys))
    for problem in problems {
      StandardError.write("gatehouse: \(path):\(TerminalText.safe("\(problem)", .unicode, limit: 400))\n")
    }
    return problems.isEmpty ? 0 : 1
  }
}
