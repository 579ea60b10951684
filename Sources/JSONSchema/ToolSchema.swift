/// A tool's own `inputSchema`, as far as it is known to whoever judges a call of the tool.
package enum ToolSchema: Sendable {
  /// The server has not told of the tool yet, so that no call of it can be judged.
  case unknown
  /// The server declared what no call can be judged by: none at all, or a schema that is not understood.
  ///
  /// The text says why: lower case, no full stop.
  case unusable(String)
  case known(JSONSchema)
}
