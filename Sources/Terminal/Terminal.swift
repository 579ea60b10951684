import CTerminal
package import ConsoleCore
import Glibc

/// The terminal that this process was started on: full screen while it is entered, as it was found afterwards.
///
/// However the process ends (in order, by a trap, by a signal), the terminal's modes are put back. Its descriptor never
/// blocks: while a slow terminal has not taken a frame, the next one is not drawn.
@safe package final class Terminal {
  package enum Problem: Error, Hashable, Sendable {
    /// Standard input and output are no terminal.
    case noTerminal
    /// The terminal cannot place its cursor, as far as its name tells; the name is empty if there is none.
    case plainOnly(term: String)
    case failed(String, errno: Int32)
  }

  package enum Reading: Hashable, Sendable {
    case bytes([UInt8])
    case nothing
    /// The terminal was closed.
    case gone
  }

  /// A signal that concerns the terminal.
  package enum Notice: Hashable, Sendable {
    case resized, stop, continued
    /// The terminal is already as it was found; end now.
    case end(signal: Int32)
  }

  /// The signal of a terminal that was closed.
  package static let hangUp = SIGHUP

  package enum Delivery: Hashable, Sendable { case done, waiting, gone }

  /// To be watched for input, and for output while `isWaiting`.
  package let descriptor: Int32
  package let depth: ColourDepth
  package let choice: TerminalChoice
  package private(set) var size: Size
  private var screen: Screen
  private var enterText: [UInt8]
  private var pending: [UInt8] = []
  private var sent = 0
  private var title: String?
  private var showsCursor = false

  /// Takes the terminal over; nothing is visible yet, call `enter`.
  package init(
    environment: [String: String], wish: TerminalWish = TerminalWish(), usesMouse: Bool = true
  ) throws(Problem) {
    choice = TerminalChoice(environment: environment, wish: wish)
    guard isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
    let descriptor = Self.open()
    guard descriptor >= 0 else { throw .noTerminal }
    let size = Self.size(of: descriptor)
    guard let opened = Opened(choice, size) else {
      close(descriptor)
      throw .plainOnly(term: choice.names.first ?? "")
    }
    self.descriptor = descriptor
    self.size = size
    depth = opened.depth
    let modes = Modes(usesMouse: usesMouse, hasTitle: choice.hasTitle)
    enterText = opened.screen.enterText + modes.set
    let restore = modes.reset + (opened.screen.leaveText.isEmpty ? Modes.lastLine : opened.screen.leaveText)
    screen = opened.screen
    guard unsafe cterm_guard_install(descriptor, String(decoding: restore, as: UTF8.self)) else {
      let number = errno
      close(descriptor)
      throw .failed("cannot take the terminal over", errno: number)
    }
  }

  deinit {
    cterm_guard_remove()
    close(descriptor)
  }

  private static func open() -> Int32 {
    let descriptor = cterm_tty_open(STDIN_FILENO)
    return descriptor >= 0 ? descriptor : cterm_tty_open(STDOUT_FILENO)
  }

  private static func size(of descriptor: Int32) -> Size {
    var rows: Int32 = 24
    var columns: Int32 = 80
    _ = unsafe cterm_tty_size(descriptor, &rows, &columns)
    return Size(columns: min(Int(columns), 1000), rows: min(Int(rows), 500))
  }

  /// How many colours a terminal like this one has; nothing is written to it.
  package static func depth(environment: [String: String], wish: TerminalWish = TerminalWish()) -> ColourDepth {
    let choice = TerminalChoice(environment: environment, wish: wish)
    if let depth = choice.depth, choice.isForced { return depth }
    guard let opened = Opened(choice, Size(columns: 1, rows: 1)) else { return choice.depth ?? .mono }
    return opened.depth
  }

  // MARK: Modes

  /// Switches to the alternate screen and to raw input; the next frame is drawn whole.
  package func enter() -> Bool {
    guard cterm_guard_enter() else { return false }
    pending = enterText
    sent = 0
    title = nil
    showsCursor = false
    screen.redraw()
    return flush() != .gone
  }

  /// Gives the terminal back, for another program to use it or for good.
  package func leave() {
    pending = []
    sent = 0
    cterm_guard_leave()
  }

  /// Leaves, stops this process as Control-Z does, and enters again when it is continued.
  package func stop() -> Bool {
    leave()
    cterm_guard_stop()
    resize()
    return enter()
  }

  /// Stops this process while another program, which stops too, has the terminal.
  package func stopAsIs() { cterm_guard_stop() }

  /// Looks at the terminal's size again; true if it is another one.
  @discardableResult
  package func resize() -> Bool {
    let now = Self.size(of: descriptor)
    guard now != size else { return false }
    size = now
    screen.resize(now)
    return true
  }

  // MARK: Output

  /// A frame is on its way; what comes in between need not be drawn.
  package var isWaiting: Bool { sent < pending.count }

  /// Says what roles look like from now on.
  package func use(_ style: (Role, Cell.Ground) -> CellStyle) { screen.use(style) }

  /// The next frame is drawn whole.
  package func redraw() { screen.redraw() }

  /// Draws a frame; does nothing while `isWaiting`.
  ///
  /// Draw the newest one when that is over.
  package func present(_ frame: Frame) -> Delivery {
    guard !isWaiting else { return .waiting }
    let place = frame.cursor ?? (row: max(0, size.rows - 1), column: 0)
    pending += screen.draw(frame.grid, cursor: place)
    if frame.showsCursor != showsCursor {
      showsCursor = frame.showsCursor
      pending += showsCursor ? Modes.showCursor : Modes.hideCursor
    }
    if choice.hasTitle, frame.title != title {
      title = frame.title
      pending += Modes.title(frame.title)
    }
    return flush()
  }

  package func bell() { send([0x07]) }

  /// Asks the terminal for a notice of the desktop; those that know none ignore it.
  package func notify(_ text: String, _ notice: AlertOptions.Notice) {
    guard choice.hasTitle else { return }
    send(Modes.notice(text, notice))
  }

  /// Puts a text on the terminal's clipboard; false if it is too long for one, or the terminal has none.
  package func copy(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard choice.hasTitle, bytes.count <= Modes.longestCopy else { return false }
    send(Modes.copy(bytes))
    return true
  }

  /// Takes the mouse from now on, also after leaving and entering again, or leaves it to the terminal.
  package func useMouse(_ isUsed: Bool) {
    let modes = Modes(usesMouse: isUsed, hasTitle: choice.hasTitle)
    enterText = screen.enterText + modes.set
    if choice.hasTitle { send(Array(Modes.mouse(isUsed).utf8)) }
  }

  /// Tells a test that reads the terminal that nothing is left to be drawn.
  package func tellIdle() { send(Modes.idle) }

  private func send(_ bytes: [UInt8]) {
    guard pending.count - sent < 1 << 20 else { return }
    pending += bytes
    _ = flush()
  }

  /// Writes what is left; call it when the terminal takes output again.
  package func flush() -> Delivery {
    while isWaiting {
      // A signal may have given the terminal back already.
      guard cterm_guard_holds() else { return .gone }
      let count = unsafe pending.withUnsafeBytes { bytes in
        unsafe bytes.baseAddress.map { unsafe write(descriptor, $0 + sent, bytes.count - sent) } ?? 0
      }
      if count > 0 {
        sent += count
      } else if count < 0, errno == EAGAIN {
        return .waiting
      } else if count == 0 || errno != EINTR {
        return .gone
      }
    }
    pending.removeAll(keepingCapacity: pending.count < 1 << 18)
    sent = 0
    return .done
  }

  // MARK: Input

  package func read() -> Reading {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { return .bytes(Array(buffer[..<count])) }
      if count < 0, errno == EAGAIN { return .nothing }
      if count == 0 || errno != EINTR { return .gone }
    }
  }

  /// More was typed than was read.
  package var hasUnread: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, 0) > 0
  }

  /// Becomes readable when `notices` has something to tell.
  package var noticeDescriptor: Int32 { cterm_guard_signals() }

  /// What signals said since the last call.
  package func notices() -> [Notice] {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(noticeDescriptor, $0.baseAddress, $0.count) }
    return buffer.prefix(max(0, count)).map { number in
      switch Int32(number) {
      case SIGWINCH: .resized
      case SIGTSTP: .stop
      case SIGCONT: .continued
      default: .end(signal: Int32(number))
      }
    }
  }
}

/// The first description that fits, and the screen on it.
private struct Opened: ~Copyable {
  var screen: Screen
  let depth: ColourDepth

  init?(_ choice: TerminalChoice, _ size: Size) {
    if choice.depth == .direct, let screen = Screen(term: "", isDirect: true, size: size) {
      depth = .direct
      self.screen = screen
      return
    }
    // First a description with as many colours as are wanted, then any.
    for least in [choice.depth ?? .mono, .mono] {
      for name in choice.names {
        guard let screen = Screen(term: name, isDirect: false, size: size) else { continue }
        if choice.depth == nil, screen.hasDirectColour {
          _ = consume screen
          guard let direct = Screen(term: "", isDirect: true, size: size) else { return nil }
          depth = .direct
          self.screen = direct
          return
        }
        let most: ColourDepth =
          switch screen.colours {
          case 256...: .indexed
          case 16...: .sixteen
          case 8...: .eight
          default: .mono
          }
        guard most >= least else { continue }
        depth = min(choice.depth ?? most, most)
        self.screen = screen
        return
      }
    }
    return nil
  }
}
