/// Lays a JSON text out anew in the one canonical manner, and changes nothing else.
///
/// An object or array stands on one line where the line stays short enough, else with one member a line, two spaces further in. The
/// order of the keys, the spelling of numbers and the escapes of strings are kept byte for byte; blank lines are not.
package struct JSONFormatter: Sendable {
  /// How many columns a line has at most, unless a single value is longer.
  package var columns = 100
  /// How many bytes the result may have.
  ///
  /// Indentation makes deep texts many times longer, so whoever does not trust a text must set it.
  package var longest = Int.max
  /// Says which objects and arrays never stand on one line unless they are empty, by the keys that lead to them.
  package var isAlwaysSpread: @Sendable (_ path: [ExactText]) -> Bool = { _ in false }

  package init() {}

  /// The text in its canonical layout, with a line end at its end; nil where that would be too long.
  ///
  /// Throws: `JSONError` for what is no JSON.
  package func formatted(_ text: [UInt8]) throws(JSONError) -> [UInt8]? {
    let root = try JSONNode.read(text)
    var pass = Pass(text: text, columns: columns, longest: longest, isAlwaysSpread: isAlwaysSpread)
    pass.measure(root)
    pass.write(root, onOneLine: false, indentation: 0, before: 0, after: 0)
    pass.out.append(0x0A)
    return pass.out.count <= longest ? pass.out : nil
  }

  /// One walk to measure and one to write; both go as deep as the text, which reading bounds.
  private struct Pass {
    let text: [UInt8]
    let columns: Int
    let longest: Int
    let isAlwaysSpread: (_ path: [ExactText]) -> Bool
    var out: [UInt8] = []
    private var path: [ExactText] = []
    /// How many columns each object and array takes on one line, in the order in which they begin; nil for those that cannot.
    private var widths: [Int?] = []
    private var next = 0

    init(text: [UInt8], columns: Int, longest: Int, isAlwaysSpread: @escaping (_ path: [ExactText]) -> Bool) {
      self.text = text
      self.columns = columns
      self.longest = longest
      self.isAlwaysSpread = isAlwaysSpread
      out.reserveCapacity(text.count + 1)
    }

    @discardableResult
    mutating func measure(_ node: JSONNode) -> Int? {
      let place = widths.count
      var width: Int? = 2
      switch node.content {
      case .object(let members):
        widths.append(nil)
        for (index, member) in members.enumerated() {
          path.append(member.key)
          add(measure(member.value), keyWidth(member) + (index > 0 ? 2 : 0), to: &width)
          path.removeLast()
        }
        if !members.isEmpty, isAlwaysSpread(path) { width = nil }
      case .array(let elements):
        widths.append(nil)
        for (index, element) in elements.enumerated() { add(measure(element), index > 0 ? 2 : 0, to: &width) }
        if !elements.isEmpty, isAlwaysSpread(path) { width = nil }
      case .null, .bool, .number, .string: return characters(node.range)
      }
      widths[place] = width
      return width
    }

    private func add(_ width: Int?, _ more: Int, to sum: inout Int?) {
      guard let old = sum, let width else {
        sum = nil
        return
      }
      sum = old + width + more
    }

    /// A key with its colon and blank.
    private func keyWidth(_ member: JSONMember) -> Int { characters(member.keyRange) + 2 }

    private func characters(_ range: Range<Int>) -> Int {
      text[range].reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
    }

    /// Writes a value whose line has so many columns `before` it, and so many `after` it.
    mutating func write(_ node: JSONNode, onOneLine: Bool, indentation: Int, before: Int, after: Int) {
      let isFlat: Bool
      switch node.content {
      case .null, .bool, .number, .string:
        out.append(contentsOf: text[node.range])
        return
      case .object, .array:
        isFlat = onOneLine || widths[next].map { before + $0 + after <= columns } ?? false
        next += 1
      }
      let inner = indentation + 2
      switch node.content {
      case .object(let members):
        out.append(0x7B)
        for (index, member) in members.enumerated() {
          separate(index, isFlat, inner)
          out.append(contentsOf: text[member.keyRange])
          out.append(contentsOf: [0x3A, 0x20])
          let isLast = index == members.count - 1
          write(
            member.value, onOneLine: isFlat, indentation: inner, before: inner + keyWidth(member), after: isLast ? 0 : 1
          )
        }
        close(0x7D, !isFlat && !members.isEmpty, indentation)
      case .array(let elements):
        out.append(0x5B)
        for (index, element) in elements.enumerated() {
          separate(index, isFlat, inner)
          let isLast = index == elements.count - 1
          write(element, onOneLine: isFlat, indentation: inner, before: inner, after: isLast ? 0 : 1)
        }
        close(0x5D, !isFlat && !elements.isEmpty, indentation)
      case .null, .bool, .number, .string: break
      }
    }

    private mutating func separate(_ index: Int, _ isFlat: Bool, _ indentation: Int) {
      if index > 0 { out.append(0x2C) }
      if !isFlat {
        breakLine(indentation)
      } else if index > 0 {
        out.append(0x20)
      }
    }

    private mutating func close(_ bracket: UInt8, _ isSpread: Bool, _ indentation: Int) {
      if isSpread { breakLine(indentation) }
      out.append(bracket)
    }

    private mutating func breakLine(_ indentation: Int) {
      // What is too long already is not given out, so its layout does not matter.
      guard out.count <= longest else { return }
      out.append(0x0A)
      out.append(contentsOf: repeatElement(0x20, count: indentation))
    }
  }
}
