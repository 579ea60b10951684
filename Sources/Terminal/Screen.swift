import CTerminal
package import ConsoleCore

/// Turns frames into the bytes that bring a terminal from the last frame to the next.
///
/// ncurses does it, into memory; the terminal itself is not touched. Only one may be alive at a time, on one thread.
@safe package struct Screen: ~Copyable {
  private let handle: OpaquePointer
  private var styles: [Role: Int32] = [:]
  private var drawn: Grid?
  private var squeezer = StyleSqueezer()

  /// Nil if there is no description of the terminal `term`, or it cannot address its cursor.
  package init?(term: String, isDirect: Bool, size: Size) {
    guard
      let handle = unsafe cterm_screen_open(term, isDirect, Int32(clamping: size.rows), Int32(clamping: size.columns))
    else { return nil }
    unsafe self.handle = handle
  }

  deinit { unsafe cterm_screen_close(handle) }

  /// How many indexed colours the terminal has, at most 256.
  package var colours: Int { Int(unsafe cterm_screen_colours(handle)) }

  /// The description promises any colour: `RGB`, or `Tc` as tmux calls it.
  package var hasDirectColour: Bool { unsafe cterm_screen_has_direct_colour(handle) }

  /// What switches to the alternate screen.
  package var enterText: [UInt8] { unsafe Self.bytes(of: cterm_screen_enter_text(handle)) }
  /// What switches back.
  package var leaveText: [UInt8] { unsafe Self.bytes(of: cterm_screen_leave_text(handle)) }

  /// Says what roles look like from now on.
  package mutating func use(_ style: (Role, Cell.Ground) -> CellStyle) {
    let roles = Role.allCases
    for (place, role) in roles.enumerated() {
      styles[role] = Int32(place)
      for (block, ground) in [Cell.Ground.plain, .selected, .marked].enumerated() {
        let index = Int32(block * roles.count + place)
        unsafe cterm_screen_style(handle, index, cterm_style(style(role, ground)))
      }
    }
    redraw()
  }

  package mutating func resize(_ size: Size) {
    unsafe cterm_screen_resize(handle, Int32(clamping: size.rows), Int32(clamping: size.columns))
    redraw()
  }

  /// The next frame is drawn whole.
  package mutating func redraw() {
    drawn = nil
    squeezer.forget()
    unsafe cterm_screen_redraw(handle)
  }

  /// The bytes to send for this frame, which has the size that was set.
  package mutating func draw(_ grid: Grid, cursor: (row: Int, column: Int)) -> [UInt8] {
    let before = drawn?.size == grid.size ? drawn?.cells : nil
    var place = 0
    for row in 0..<Int32(clamping: grid.size.rows) {
      for column in 0..<Int32(clamping: grid.size.columns) {
        let cell = grid.cells[place]
        if cell.width > 0, before?[place] != cell { put(cell, row: row, column: column) }
        place += 1
      }
    }
    drawn = grid
    var length = 0
    let bytes = unsafe cterm_screen_flush(
      handle, Int32(clamping: cursor.row), Int32(clamping: cursor.column), &length)
    return squeezer.squeeze(unsafe Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : length)))
  }

  private func put(_ cell: Cell, row: Int32, column: Int32) {
    var scalars = (cell.scalar.value, UInt32(0), UInt32(0))
    var count: Int32 = 1
    if let mark = cell.marks.first {
      scalars.1 = mark.value
      count = 2
    }
    if cell.marks.count > 1 {
      scalars.2 = cell.marks[1].value
      count = 3
    }
    let style = (styles[cell.style] ?? 0) + Int32(cell.ground.rawValue) * Int32(styles.count)
    unsafe withUnsafePointer(to: &scalars.0) { start in
      unsafe cterm_screen_put(handle, row, column, start, count, Int32(cell.width), style)
    }
  }

  private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] { unsafe Array(String(cString: text).utf8) }
}

extension cterm_style {
  init(_ style: CellStyle) {
    self.init(
      foreground: Self.number(style.foreground), background: Self.number(style.background),
      attributes: UInt32(style.attributes.rawValue))
  }

  private static func number(_ colour: Colour) -> Int32 {
    switch colour {
    case .standard: -1
    case .indexed(let index): Int32(index)
    case .rgb(let rgb): 1 << 24 | Int32(rgb.red) << 16 | Int32(rgb.green) << 8 | Int32(rgb.blue)
    }
  }
}
