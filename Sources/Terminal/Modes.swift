internal import ConsoleCore

/// The control sequences that we write ourselves, beside what ncurses draws.
struct Modes {
  /// What the console needs while it is on the screen.
  let set: [UInt8]
  /// What undoes it, in an order that is right from any state.
  let reset: [UInt8]

  init(usesMouse: Bool, hasTitle: Bool) {
    // Bracketed paste, focus reports; then the mouse's buttons and wheel with coordinates of any size.
    var on = "\u{1B}[?25l\u{1B}[?2004h"
    // A sequence that was cut off must not swallow what comes next: CAN ends it.
    var off = "\u{18}\u{1B}[?2004l"
    if hasTitle {
      // Cells stay where they are put: a terminal that turns Hebrew and Arabic around would move their neighbours too.
      on += "\u{1B}[?1004h\u{1B}[8l"
      off += "\u{1B}[?1004l\u{1B}[8h"
      if usesMouse { on += Self.mouse(true) }
      off += Self.mouse(false)
    }
    // The scrolling region and attributes that a half-drawn frame may have left.
    off += "\u{1B}[r\u{1B}[0m\u{1B}[?25h"
    set = Array(on.utf8)
    reset = Array(off.utf8)
  }

  /// Buttons and wheel, and no moves: what Shift or no button does stays with the terminal.
  static func mouse(_ isUsed: Bool) -> String {
    isUsed ? "\u{1B}[?1000h\u{1B}[?1006h" : "\u{1B}[?1006l\u{1B}[?1000l"
  }

  /// For terminals without an alternate screen: go below what was drawn.
  static let lastLine = Array("\u{1B}[999;1H\r\n".utf8)
  static let showCursor = Array("\u{1B}[?25h".utf8)
  static let hideCursor = Array("\u{1B}[?25l".utf8)
  static let idle = Array("\u{1B}]7770;idle\u{1B}\\".utf8)

  /// Larger ones are ignored by many terminals, without a word.
  static let longestCopy = 74_000

  /// Sets the window's title; what a terminal could obey is made visible.
  static func title(_ text: String) -> [UInt8] {
    Array("\u{1B}]2;\(TerminalText.safe(text, limit: 200))\u{1B}\\".utf8)
  }

  /// A notice of the desktop; what would end it, or part it, is made visible or left out.
  static func notice(_ text: String, _ notice: AlertOptions.Notice) -> [UInt8] {
    let shown = TerminalText.safe(text, limit: 200)
    let safe = String(shown.map { $0 == ";" ? "," : $0 })
    switch notice {
    case .off: return []
    case .osc9: return Array("\u{1B}]9;\(safe)\u{1B}\\".utf8)
    case .osc777: return Array("\u{1B}]777;notify;gatehouse;\(safe)\u{1B}\\".utf8)
    }
  }

  static func copy(_ bytes: [UInt8]) -> [UInt8] {
    Array("\u{1B}]52;c;".utf8) + base64(bytes) + Array("\u{1B}\\".utf8)
  }

  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var value = 0
      for byte in group { value = value << 8 | Int(byte) }
      value <<= 8 * (3 - group.count)
      for place in 0..<4 {
        text.append(place <= group.count ? digits[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
