/// How bad the worst call would be, within a category.
struct SeverityReading {
  let name: NameReading
  let description: DescriptionReading

  func severity(of category: Category) -> Severity {
    switch category {
    case .read:
      return name.topics.isDisjoint(with: [.secret, .privateText]) ? .low : .medium
    case .write:
      return name.topics.contains(.access) ? .high : .medium
    case .execute:
      return .high
    case .destructive:
      // What the name's words are about, unless the text says that nothing brings it back.
      if description.topics.contains(.final) { return .critical }
      if name.topics.contains(.trifle) { return .medium }
      if !name.topics.isDisjoint(with: [.setting, .access]) { return .high }
      return .critical
    case .financial:
      return .critical
    }
  }
}
