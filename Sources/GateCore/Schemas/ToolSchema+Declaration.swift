internal import JSONSchema

extension ToolSchema {
  /// What a server is known to have declared of a tool, made ready to check arguments with; nil where it told nothing.
  init(_ declaration: ToolSchemas.Declaration?, _ cache: SchemaCache) {
    self =
      switch declaration {
      case .schema(let text, let digest): cache[digest] ?? SchemaCache.make(text)
      case .absent: .unusable("the server declared none")
      case .tooLong: .unusable("it is too long to be kept")
      case .ambiguous: .unusable("the server declared the tool twice, with different schemas")
      case nil: .unknown
      }
  }
}
