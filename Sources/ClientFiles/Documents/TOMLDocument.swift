internal import JSONText

/// The part of a TOML text that says which servers there are, with the place of everything in it.
///
/// All of the text is read over, but only what stands below `mcp_servers` is kept; dates and numbers become null.
struct TOMLDocument: Sendable {
  /// `key = value`; the key may have several parts.
  struct Pair: Sendable {
    var path: [ExactText]
    /// Where the parts of its own key stand, without those of the table around it.
    var keys: [Range<Int>]
    var value: JSONNode
    /// From the beginning of the line on which the key stands to behind the end of the line on which the value ends.
    var lines: Range<Int>
    /// Its number among all pairs of the text: those of neighbours follow each other.
    var ordinal: Int
  }

  /// A table's header, and what stands below it up to the next header.
  struct Section: Sendable {
    var path: [ExactText] = []
    var keys: [Range<Int>] = []
    /// Behind the end of the header's line.
    var body = 0
    var extent = 0..<0
    var pairs: [Pair] = []
    var isList = false
  }

  static let list: ExactText = "mcp_servers"

  /// The sections that have to do with servers; the first is the text's own beginning.
  private(set) var sections: [Section]
  /// The object that the text is, with `mcp_servers` alone.
  private(set) var root: JSONNode

  init(_ text: [UInt8]) throws(DocumentProblem) {
    var reader = TOMLReader(text)
    sections = try reader.read()
    var tree = TOMLTree(text)
    for section in sections where !section.isList {
      if section.path.count > 1 { try tree.declare(section.path, at: section.keys.first?.lowerBound ?? 0) }
      for pair in section.pairs { try tree.keep(pair.path, pair.value, at: pair.keys.first?.lowerBound ?? 0) }
    }
    root = tree.root
  }
}

/// Puts pairs together to the values that they are parts of.
private struct TOMLTree {
  private final class Table {
    var names: [ExactText] = []
    var values: [ExactText: Value] = [:]
  }

  private enum Value {
    case node(JSONNode)
    case table(Table)
  }

  private static let mostValues = 4_000

  private let text: [UInt8]
  private let top = Table()
  private var count = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func declare(_ path: [ExactText], at offset: Int) throws(DocumentProblem) {
    _ = try table(path[...], at: offset)
  }

  mutating func keep(_ path: [ExactText], _ value: JSONNode, at offset: Int) throws(DocumentProblem) {
    guard let name = path.last else { return }
    count += 1
    guard count <= Self.mostValues else {
      throw DocumentProblem("there are more than \(Self.mostValues) values", at: offset, in: text)
    }
    let table = try table(path.dropLast(), at: offset)
    guard table.values[name] == nil else { throw DocumentProblem("`\(name)` is there twice", at: offset, in: text) }
    table.names.append(name)
    table.values[name] = .node(value)
  }

  private func table(_ path: ArraySlice<ExactText>, at offset: Int) throws(DocumentProblem) -> Table {
    var table = top
    for name in path {
      switch table.values[name] {
      case .table(let inner): table = inner
      case .node: throw DocumentProblem("`\(name)` is there twice", at: offset, in: text)
      case nil:
        let inner = Table()
        table.names.append(name)
        table.values[name] = .table(inner)
        table = inner
      }
    }
    return table
  }

  var root: JSONNode { Self.node(top) }

  private static func node(_ table: Table) -> JSONNode {
    JSONNode(
      .object(
        table.names.compactMap { name in
          switch table.values[name] {
          case .node(let node): JSONMember(key: name, value: node)
          case .table(let inner): JSONMember(key: name, value: node(inner))
          case nil: nil
          }
        }))
  }
}
