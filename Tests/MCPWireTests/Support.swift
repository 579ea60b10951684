import JSONText
import MCPWire
import Testing

/// A message read from text, or why it was refused.
func read(_ text: String, from sender: Side = .client) throws(WireRefusal) -> WireMessage {
  var reader = MessageReader()
  return try reader.read(Array(text.utf8).span, from: sender)
}

func refusal(of bytes: [UInt8], from sender: Side = .client) -> WireRefusal.Code? {
  var reader = MessageReader()
  do throws(WireRefusal) {
    _ = try reader.read(bytes.span, from: sender)
    return nil
  } catch {
    return error.code
  }
}

/// A small generator whose numbers are the same on every run.
struct Dice: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
