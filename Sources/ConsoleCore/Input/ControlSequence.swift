/// A whole `ESC [` sequence, taken apart.
struct ControlSequence: Hashable, Sendable {
  /// The bytes between the introducer and the final byte; holds a bounded number of them.
  struct Collector: Hashable, Sendable {
    private var bytes: [UInt8] = []
    private var isSpoilt = false

    init() {}

    var isEmpty: Bool { bytes.isEmpty && !isSpoilt }

    mutating func add(_ byte: UInt8) {
      if bytes.count < 64 { bytes.append(byte) } else { isSpoilt = true }
    }

    mutating func spoil() { isSpoilt = true }

    /// The sequence that this byte ends; nil if it holds what no sequence of ours has.
    func ended(by final: UInt8) -> ControlSequence? { isSpoilt ? nil : ControlSequence(bytes, final) }
  }

  /// One of `< = > ?` in front of the parameters.
  private var marker: UInt8?
  /// Parameters and their parts; nil where none was written.
  private var parameters: [[Int?]] = [[]]
  private var final: UInt8

  private init?(_ bytes: [UInt8], _ final: UInt8) {
    self.final = final
    var rest = bytes[...]
    if let first = rest.first, 0x3C <= first, first <= 0x3F {
      marker = first
      rest.removeFirst()
    }
    var number: Int?
    for byte in rest {
      switch byte {
      case 0x30...0x39:
        let next = (number ?? 0) * 10 + Int(byte & 0x0F)
        guard next <= 0x10FFFF else { return nil }  // no parameter of ours is larger than a scalar
        number = next
      case 0x3A, 0x3B:
        parameters[parameters.count - 1].append(number)
        number = nil
        if byte == 0x3B { parameters.append([]) }
      default: return nil
      }
    }
    parameters[parameters.count - 1].append(number)
  }

  var beginsPaste: Bool { final == 0x7E && marker == nil && parameters == [[200]] }

  /// What it means; nil for replies, releases and everything unknown.
  var event: InputEvent? {
    if marker == 0x3C { return mouse }
    guard marker == nil else { return nil }
    switch final {
    case 0x49 where isBare: return .focus(true)
    case 0x4F where isBare: return .focus(false)
    case 0x75: return unicodeKey(code: 0, modifiers: 1)
    case 0x7E where number(0) == 27 && parameters.count == 3: return unicodeKey(code: 2, modifiers: 1)
    case 0x40, 0x5E, 0x7E: return tildeKey
    case 0x61...0x64:  // rxvt's arrows with Shift
      guard isBare else { return nil }
      return KeyTable.letter(final - 0x20).map { .key(Key($0, .shift)) }
    case 0x5A:
      return modifiers(1).map { .key(Key(.tab, $0.union(.shift))) }
    default:
      guard parameters.count <= 2, number(0) == nil || number(0) == 1, let code = KeyTable.letter(final) else {
        return nil
      }
      return modifiers(1).map { .key(Key(code, $0)) }
    }
  }

  private var isBare: Bool { parameters == [[nil]] }

  private func number(_ index: Int, part: Int = 0) -> Int? {
    guard index < parameters.count, part < parameters[index].count else { return nil }
    return parameters[index][part]
  }

  /// The modifiers in a parameter; nil for a release and for modifiers that no key of ours has.
  private func modifiers(_ index: Int) -> Key.Modifiers? {
    if number(index, part: 1) == 3 { return nil }
    let bits = (number(index) ?? 1) - 1
    // Super, Hyper and Meta make another key of it; Caps Lock and Num Lock do not.
    guard bits >= 0, bits < 256, bits & 0x38 == 0 else { return nil }
    return Key.Modifiers(rawValue: UInt8(bits & 0x07))
  }

  private var tildeKey: InputEvent? {
    guard parameters.count <= 2, let number = number(0), let code = KeyTable.numbered(number) else { return nil }
    guard var modifiers = modifiers(1) else { return nil }
    // rxvt ends its keys with ^ for Control and @ for Control and Shift.
    if final != 0x7E { modifiers.insert(.control) }
    if final == 0x40 { modifiers.insert(.shift) }
    return .key(Key(code, modifiers))
  }

  /// A key that is told by its character's number.
  private func unicodeKey(code index: Int, modifiers place: Int) -> InputEvent? {
    guard let value = number(index), let modifiers = modifiers(place) else { return nil }
    let hasCapsLock = ((number(place) ?? 1) - 1) & 0x40 != 0
    return KeyTable.unicode(value, shifted: number(index, part: 1), modifiers, hasCapsLock: hasCapsLock)
      .map { .key($0) }
  }

  private var mouse: InputEvent? {
    guard final == 0x4D || final == 0x6D, parameters.count == 3, let bits = number(0), let column = number(1),
      let row = number(2), column > 0, row > 0
    else { return nil }
    let action: Mouse.Action? =
      switch (bits & ~0x1C, final) {  // Shift, Alt and Control do not matter
      case (0, 0x4D): .press
      case (0, _): .release
      case (64, 0x4D): .wheelUp
      case (65, 0x4D): .wheelDown
      default: nil
      }
    return action.map { .mouse(Mouse($0, row: row - 1, column: column - 1)) }
  }
}
