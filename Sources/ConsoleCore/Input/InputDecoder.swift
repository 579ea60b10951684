/// Turns the bytes that a terminal sends into events, however they are cut into pieces.
///
/// What it does not know it drops whole: the letters inside an unknown sequence never become keys, because a key can
/// decide something. It has no clock: while `patience` is not nil, its owner waits that long for further bytes and
/// then calls `timeout()`.
package struct InputDecoder: Hashable, Sendable {
  private enum State: Hashable {
    case ground
    /// One ESC came, or two. Leads to a sequence, to a key with Alt, or by timeout to the Escape key.
    case escape(doubled: Bool)
    /// The Escape key was told, but the rest of a sequence may still come over a slow line.
    case late
    /// Inside `ESC [`.
    case sequence(ControlSequence.Collector)
    /// Inside `ESC O`.
    case singleShift([UInt8])
    /// The Linux console's `ESC [ [`, which one letter ends.
    case consoleFunction
    /// An old mouse report, of which some bytes are still to come.
    case oldMouse(left: Int)
    /// Inside OSC, DCS, SOS, PM or APC, of which nothing is kept.
    case string(sawEscape: Bool)
    /// Inside a character of several bytes.
    case scalar(value: UInt32, missing: Int, least: UInt32)
    /// Inside a bracketed paste; so many bytes of its end have been seen.
    case paste(matched: Int)
  }

  /// The most bytes of one paste that are kept.
  package static let longestPaste = 64 << 10

  private static let pasteEnd: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]

  private var state = State.ground
  /// An ESC came before what is being read.
  private var hasAlt = false
  private var pasted: [UInt8] = []

  package init() {}

  /// How many milliseconds of silence end what is unfinished; nil if nothing is.
  package var patience: Int? {
    switch state {
    case .ground: nil
    case .escape: 40
    case .late: 200
    case .sequence, .singleShift, .consoleFunction, .oldMouse, .scalar: 500
    case .string, .paste: 1000
    }
  }

  package var needsTimeout: Bool { patience != nil }

  /// Takes some bytes and answers the events that they complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
    var events: [InputEvent] = []
    for byte in bytes { take(byte, into: &events) }
    return events
  }

  /// Ends what is unfinished: a lone ESC is the Escape key, a paste without an end is over, the rest is dropped.
  package mutating func timeout() -> [InputEvent] {
    switch state {
    case .escape(let doubled):
      state = .late
      return Array(repeating: .key(Key(.escape)), count: doubled ? 2 : 1)
    case .paste:
      return [endPaste()]
    case .ground, .late, .sequence, .singleShift, .consoleFunction, .oldMouse, .string, .scalar:
      reset()
      return []
    }
  }

  private mutating func reset() {
    state = .ground
    hasAlt = false
  }

  private mutating func take(_ byte: UInt8, into events: inout [InputEvent]) {
    switch state {
    case .ground:
      begin(byte, into: &events)
    case .escape(let doubled):
      afterEscape(byte, doubled: doubled, into: &events)
    case .late:
      reset()
      // INVARIANT: only what could end as a letter is caught; every other byte is a key of its own.
      if byte == 0x5B {
        state = .sequence(.init())
      } else if byte == 0x4F {
        state = .singleShift([])
      } else {
        begin(byte, into: &events)
      }
    case .sequence(let collector):
      inSequence(byte, collector, into: &events)
    case .singleShift(let collected):
      inSingleShift(byte, collected, into: &events)
    case .consoleFunction:
      if let key = KeyTable.consoleFunction(byte) { tell(key, into: &events) } else { restart(byte) }
    case .oldMouse(let left):
      if left > 1 { state = .oldMouse(left: left - 1) } else { reset() }
    case .string(let sawEscape):
      inString(byte, sawEscape: sawEscape, into: &events)
    case .scalar(let value, let missing, let least):
      inScalar(byte, value: value, missing: missing, least: least, into: &events)
    case .paste(let matched):
      inPaste(byte, matched: matched, into: &events)
    }
  }

  /// A byte between two things, or right after an ESC that means Alt.
  private mutating func begin(_ byte: UInt8, into events: inout [InputEvent]) {
    switch byte {
    case 0x1B: state = .escape(doubled: false)
    case 0x00...0x1F, 0x7F: tell(KeyTable.control(byte), into: &events)
    case 0x20...0x7E: tell(.character(Unicode.Scalar(byte)), into: &events)
    case 0xC2...0xDF: state = .scalar(value: UInt32(byte & 0x1F), missing: 1, least: 0x80)
    case 0xE0...0xEF: state = .scalar(value: UInt32(byte & 0x0F), missing: 2, least: 0x800)
    case 0xF0...0xF4: state = .scalar(value: UInt32(byte & 0x07), missing: 3, least: 0x10000)
    case 0x80...0x9F: beginEightBit(UInt32(byte))
    default: reset()
    }
  }

  /// A control character of the upper half, which some terminals send in place of ESC and a letter.
  private mutating func beginEightBit(_ value: UInt32) {
    switch value {
    case 0x9B: state = .sequence(.init())
    case 0x8F: state = .singleShift([])
    case 0x90, 0x98, 0x9D, 0x9E, 0x9F: state = .string(sawEscape: false)
    default: reset()
    }
  }

  private mutating func tell(_ key: Key, into events: inout [InputEvent]) {
    var key = key
    if hasAlt { key.modifiers.insert(.alt) }
    reset()
    events.append(.key(key))
  }

  /// Drops what was collected, except that an ESC begins something new.
  private mutating func restart(_ byte: UInt8) {
    reset()
    if byte == 0x1B { state = .escape(doubled: false) }
  }

  private mutating func afterEscape(_ byte: UInt8, doubled: Bool, into events: inout [InputEvent]) {
    switch byte {
    case 0x1B:
      if doubled { events.append(.key(Key(.escape))) }
      state = .escape(doubled: true)
    case 0x5B:
      hasAlt = doubled
      state = .sequence(.init())
    case 0x4F:
      hasAlt = doubled
      state = .singleShift([])
    case 0x50, 0x58, 0x5D, 0x5E, 0x5F:
      state = .string(sawEscape: false)
    default:
      if doubled { events.append(.key(Key(.escape))) }
      hasAlt = true
      begin(byte, into: &events)
    }
  }

  private mutating func inSequence(
    _ byte: UInt8, _ collector: ControlSequence.Collector, into events: inout [InputEvent]
  ) {
    var collector = collector
    switch byte {
    case 0x18, 0x1A, 0x1B: return restart(byte)
    case 0x20...0x3F: collector.add(byte)
    case 0x40...0x7E:
      if collector.isEmpty, byte == 0x5B { return state = .consoleFunction }
      if collector.isEmpty, byte == 0x4D { return state = .oldMouse(left: 3) }
      let hadAlt = hasAlt
      reset()
      guard let sequence = collector.ended(by: byte) else { return }
      if sequence.beginsPaste {
        pasted = []
        return state = .paste(matched: 0)
      }
      guard var event = sequence.event else { return }
      if hadAlt, case .key(var key) = event {
        key.modifiers.insert(.alt)
        event = .key(key)
      }
      return events.append(event)
    default: collector.spoil()  // whatever it was meant to be, its end must not be taken for a key
    }
    state = .sequence(collector)
  }

  private mutating func inSingleShift(_ byte: UInt8, _ collected: [UInt8], into events: inout [InputEvent]) {
    switch byte {
    case 0x18, 0x1A, 0x1B: restart(byte)
    case 0x30...0x3F where collected.count < 4: state = .singleShift(collected + [byte])
    case 0x40...0x7E:
      guard let key = KeyTable.singleShift(byte, modifiers: collected) else { return reset() }
      tell(key, into: &events)
    default: break
    }
  }

  private mutating func inString(_ byte: UInt8, sawEscape: Bool, into events: inout [InputEvent]) {
    switch byte {
    case 0x5C where sawEscape: reset()
    case _ where sawEscape:
      reset()
      afterEscape(byte, doubled: false, into: &events)
    case 0x1B: state = .string(sawEscape: true)
    case 0x07, 0x18, 0x1A: reset()
    default: break
    }
  }

  private mutating func inScalar(
    _ byte: UInt8, value: UInt32, missing: Int, least: UInt32, into events: inout [InputEvent]
  ) {
    guard case 0x80...0xBF = byte else {
      reset()
      return begin(byte, into: &events)
    }
    let value = value << 6 | UInt32(byte & 0x3F)
    if missing > 1 {
      state = .scalar(value: value, missing: missing - 1, least: least)
    } else if value < 0xA0 {
      beginEightBit(value)
    } else if value >= least, let scalar = Unicode.Scalar(value) {
      tell(.character(scalar), into: &events)
    } else {
      reset()
    }
  }

  private mutating func inPaste(_ byte: UInt8, matched: Int, into events: inout [InputEvent]) {
    if byte == Self.pasteEnd[matched] {
      state = .paste(matched: matched + 1)
      if matched + 1 == Self.pasteEnd.count { events.append(endPaste()) }
      return
    }
    for kept in Self.pasteEnd[..<matched] { keep(kept) }
    if byte == 0x1B { return state = .paste(matched: 1) }
    state = .paste(matched: 0)
    keep(byte)
  }

  private mutating func keep(_ byte: UInt8) {
    if pasted.count < Self.longestPaste { pasted.append(byte) }
  }

  /// What was pasted, with line feeds as its only line ends and without control characters.
  private mutating func endPaste() -> InputEvent {
    var text = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in String(decoding: pasted, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x0A where previous == "\r": break
      case 0x0A, 0x0D: text.append("\n")
      case 0x09: text.append(scalar)
      case 0x00...0x1F, 0x7F...0x9F: break
      default: text.append(scalar)
      }
      previous = scalar
    }
    pasted = []
    reset()
    return .paste(String(text))
  }
}
