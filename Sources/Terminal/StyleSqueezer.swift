/// Says with fewer bytes what a terminal shall draw its text with.
///
/// ncurses changes one thing after the other: it takes the colour back, then the attributes, then sets each anew, and
/// switches to ASCII every time. Between two characters only the last state counts, so that one sequence does. Everything
/// else stays as it is.
package struct StyleSqueezer: Sendable {
  /// ASCII is known to be in use; nothing that we draw switches to another set.
  private var knowsCharacters = false
  private var run = Run()

  /// More parameters are said in another sequence: some terminals take no more than sixteen.
  private static let mostParameters = 12

  /// Changes of style with nothing drawn between them.
  private struct Run {
    /// Parameters, with `;` between them.
    var parameters: [UInt8] = []
    var count = 0
    /// It begins by taking everything back.
    var isReset = false
    var hasColour = false
    /// What selects ASCII, if that came along.
    var selection: [UInt8] = []
  }

  package init() {}

  /// To be called where the terminal may be in any state.
  package mutating func forget() { knowsCharacters = false }

  package mutating func squeeze(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if byte == 0x0F {
        run.selection.append(byte)
        place += 1
      } else if byte == 0x1B, bytes[place...].starts(with: Self.ascii) {
        run.selection += Self.ascii
        place += Self.ascii.count
      } else if byte == 0x1B, let end = Self.endOfStyle(bytes, place) {
        take(bytes[place + 2..<end - 1], into: &out)
        place = end
      } else {
        write(&out)
        out.append(byte)
        place += 1
      }
    }
    write(&out)
    return out
  }

  private static let ascii: [UInt8] = [0x1B, 0x28, 0x42]

  /// Behind a sequence that changes the style, if one begins here.
  private static func endOfStyle(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard start + 2 < bytes.count, bytes[start + 1] == 0x5B else { return nil }
    var place = start + 2
    while place < bytes.count, 0x30...0x3B ~= bytes[place] { place += 1 }
    return place < bytes.count && bytes[place] == 0x6D ? place + 1 : nil
  }

  private mutating func take(_ parameters: ArraySlice<UInt8>, into out: inout [UInt8]) {
    let isReset =
      parameters.first.map { $0 == 0x3B || $0 == 0x30 && parameters.dropFirst().first ?? 0x3B == 0x3B } ?? true
    if isReset {
      run.parameters = [0x30]
      run.count = 1
      run.isReset = true
      run.hasColour = false
      // Behind the reset itself, which may be an empty parameter.
      let rest = parameters.drop { $0 == 0x30 }.dropFirst()
      if !rest.isEmpty { add(rest, into: &out) }
      return
    }
    let isStandardColour = Self.standardColours.contains { $0.elementsEqual(parameters) }
    if isStandardColour, run.isReset, !run.hasColour { return }
    add(parameters, into: &out)
  }

  private static let standardColours = ["39;49", "39", "49"].map { Array($0.utf8) }

  private mutating func add(_ parameters: ArraySlice<UInt8>, into out: inout [UInt8]) {
    let count = parameters.count { $0 == 0x3B } + 1
    if run.count + count > Self.mostParameters, run.count > 0 { write(&out) }
    if !run.parameters.isEmpty { run.parameters.append(0x3B) }
    run.parameters += parameters
    run.count += count
    // Numbers from 30 on are about colours.
    run.hasColour =
      run.hasColour
      || parameters.split(separator: 0x3B).contains { $0.count > 1 && $0.first ?? 0 >= 0x33 || $0.count > 2 }
  }

  private mutating func write(_ out: inout [UInt8]) {
    if !run.selection.isEmpty {
      if !knowsCharacters { out += run.selection }
      knowsCharacters = true
      run.selection = []
    }
    guard run.count > 0 else { return }
    out += [0x1B, 0x5B]
    if run.count > 1 || !run.isReset { out += run.parameters }
    out.append(0x6D)
    run = Run()
  }
}
