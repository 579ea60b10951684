internal import JSONText

extension CounterStatus {
  func write(_ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("path", ifPresent: path)
    writer.member("restored", restored)
    writer.member("problem", ifPresent: problem)
    writer.endObject()
  }

  init(_ fields: Fields) throws(ControlError) {
    self.init(
      path: try fields.stringIfPresent("path"), restored: try fields.integer("restored"),
      problem: try fields.stringIfPresent("problem"))
  }
}
