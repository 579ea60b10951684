internal import Filters
internal import JSONText
internal import Policy

extension ConsoleState {
  /// Marks every tool that fits an expression, or takes their marks away.
  mutating func mark(_ source: String, isOn: Bool) {
    do throws(FilterError) {
      guard let filter = try Filter(filters[source.trimmed] ?? source, for: .policy) else { return }
      let names = tools(that: filter).map { catalogue.name(of: $0) }
      let before = list.marks.count
      if isOn { list.marks.formUnion(names) } else { list.marks.subtract(names) }
      let changed = abs(list.marks.count - before)
      say(
        .info,
        "\(Format.count(changed, "tool")) \(isOn ? "more " : "")\(isOn ? "marked" : "unmarked"), "
          + "\(Format.count(list.marks.count)) in all")
      marksChanged()
    } catch {
      say(.error, "filter, at character \(error.place + 1): \(safe(error.message))")
    }
  }

  /// Shows what a filter that asks for marks shows now.
  mutating func marksChanged() {
    if list.filter?.asks(for: .marked) == true { rebuildList() }
  }
}
