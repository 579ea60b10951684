/// Which key a code in a terminal's sequence stands for.
enum KeyTable {
  /// A control character outside of a sequence.
  static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x00: .control(" ")
    case 0x08, 0x7F: Key(.backspace)
    case 0x09: Key(.tab)
    case 0x0D: Key(.enter)
    case 0x1B: Key(.escape)
    case 0x01...0x1A: .control(Unicode.Scalar(byte | 0x60))
    default: .control(Unicode.Scalar(byte | 0x40))
    }
  }

  /// The last byte of `ESC [` or `ESC O` sequences without a number.
  static func letter(_ byte: UInt8) -> Key.Code? {
    switch byte {
    case 0x41: .up
    case 0x42: .down
    case 0x43: .right
    case 0x44: .left
    case 0x46: .end
    case 0x48: .home
    case 0x50...0x53: .function(Int(byte) - 0x4F)
    default: nil
    }
  }

  /// The number before `~`.
  static func numbered(_ number: Int) -> Key.Code? {
    switch number {
    case 1, 7: .home
    case 2: .insert
    case 3: .delete
    case 4, 8: .end
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23...26: .function(number - 12)
    case 28, 29: .function(number - 13)
    case 31...34: .function(number - 14)
    default: nil
    }
  }

  /// The letter after the Linux console's `ESC [ [`.
  static func consoleFunction(_ byte: UInt8) -> Key? {
    0x41 <= byte && byte <= 0x45 ? Key(.function(Int(byte) - 0x40)) : nil
  }

  /// The letter after `ESC O`, with the digits that may stand before it.
  static func singleShift(_ byte: UInt8, modifiers digits: [UInt8]) -> Key? {
    var modifiers: Key.Modifiers = []
    if let digit = digits.last {
      guard digits.count == 1 || digits.starts(with: [0x31, 0x3B]), 0x31 <= digit, digit <= 0x38 else { return nil }
      modifiers = Key.Modifiers(rawValue: digit - 0x31)
    }
    switch byte {
    case 0x4D: return Key(.enter, modifiers)
    case 0x58: return Key(.scalar("="), modifiers)
    case 0x61...0x64: return letter(byte - 0x20).map { Key($0, modifiers.union(.control)) }  // rxvt
    case 0x6A...0x79: return Key(.scalar(Unicode.Scalar(byte - 0x40)), modifiers)  // the numeric keypad
    default: return letter(byte).map { Key($0, modifiers) }
    }
  }

  /// A key by the number of its character, and kitty's private numbers.
  static func unicode(_ value: Int, shifted: Int?, _ modifiers: Key.Modifiers, hasCapsLock: Bool) -> Key? {
    switch value {
    case 9: return Key(.tab, modifiers)
    case 13, 57414: return Key(.enter, modifiers)
    case 27: return Key(.escape, modifiers)
    case 8, 127: return Key(.backspace, modifiers)
    case 57399...57408: return keypad(value - 57399 + 0x30, modifiers)
    case 57409...57413, 57415:
      let signs: [Unicode.Scalar] = [".", "/", "*", "-", "+", "=", "="]
      return Key(.scalar(signs[value - 57409]), modifiers)
    case 57417...57426:
      let codes: [Key.Code] = [.left, .right, .up, .down, .pageUp, .pageDown, .home, .end, .insert, .delete]
      return Key(codes[value - 57417], modifiers)
    case 57376...57398: return Key(.function(value - 57376 + 13), modifiers)
    case 0..<0x20, 0x80..<0xA0, 0xE000...0xF8FF: return nil
    default: return character(value, shifted: shifted, modifiers, hasCapsLock: hasCapsLock)
    }
  }

  private static func keypad(_ value: Int, _ modifiers: Key.Modifiers) -> Key? {
    UInt8(exactly: value).map { Key(.scalar(Unicode.Scalar($0)), modifiers) }
  }

  private static func character(
    _ value: Int, shifted: Int?, _ modifiers: Key.Modifiers, hasCapsLock: Bool
  ) -> Key? {
    guard let number = UInt32(exactly: value), let scalar = Unicode.Scalar(number) else { return nil }
    if modifiers.contains(.shift), let shifted, shifted > 0x20, !(0x7F..<0xA0).contains(shifted),
      let number = UInt32(exactly: shifted), let scalar = Unicode.Scalar(number)
    {
      return Key(.scalar(scalar), modifiers.subtracting(.shift))
    }
    guard scalar.properties.isAlphabetic else { return Key(.scalar(scalar), modifiers) }
    // Caps Lock alone writes capitals, together with Shift it does not; a shortcut's letter is what the key shows.
    let isUpper = modifiers.contains(.shift) != (hasCapsLock && !modifiers.contains(.control))
    let mapped = isUpper ? scalar.properties.uppercaseMapping.unicodeScalars : "\(scalar)".unicodeScalars
    guard mapped.count == 1, let first = mapped.first else { return nil }
    return Key(.scalar(first), modifiers.subtracting(.shift))
  }
}
