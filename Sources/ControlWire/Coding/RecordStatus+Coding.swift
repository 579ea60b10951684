internal import JSONText

extension RecordStatus {
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("path", path)
    writer.member("lane", ifPresent: lane)
    writer.member("segment", ifPresent: segment)
    writer.member("seq", sequence)
    writer.member("hash", hash)
    writer.member("failing", ifPresent: failure)
    writer.member("lost", lost)
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      path: try fields.string("path"), lane: try fields.integerIfPresent("lane"),
      segment: try fields.integerIfPresent("segment"), sequence: UInt64(clamping: try fields.integer("seq")),
      hash: try fields.string("hash"), failure: try fields.stringIfPresent("failing"),
      lost: UInt64(clamping: try fields.integer("lost")))
  }
}

extension SettingsStatus {
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("path", path)
    writer.member("problem", ifPresent: problem)
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(path: try fields.string("path"), problem: try fields.stringIfPresent("problem"))
  }
}
