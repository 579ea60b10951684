internal import JSONText

extension ToolAnswer {
  func write(_ writer: inout JSONWriter) {
    writer.member("server", server.string)
    writer.member("name", name.string)
    if let definition {
      // As a string: what a server wrote must not be able to make the line one that nobody can read.
      writer.member("definition", String(decoding: definition, as: UTF8.self))
    }
    if let package {
      writer.key("package")
      writer.beginObject()
      writer.member("runner", package.runner)
      writer.member("kind", package.kind.rawValue)
      writer.member("name", package.name)
      writer.member("version", ifPresent: package.version)
      writer.endObject()
    }
    writer.member("problem", ifPresent: problem)
  }

  init(_ fields: Fields) throws(ControlError) {
    var package: ServerPackage?
    if fields["package"] != nil {
      let found = try fields.object("package")
      package = ServerPackage(
        runner: try found.string("runner"), kind: try found.word("kind"), name: try found.string("name"),
        version: try found.stringIfPresent("version"))
    }
    let definition = try fields.stringIfPresent("definition").map { Array($0.utf8) }
    self.init(
      server: try fields.text("server"), name: try fields.text("name"), definition: definition, package: package,
      problem: try fields.stringIfPresent("problem"))
  }
}
