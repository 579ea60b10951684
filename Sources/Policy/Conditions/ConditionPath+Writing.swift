import JSONText

extension ConditionPath {
  /// The path to a place in the arguments, written in the one plain way.
  package init(arguments steps: [Step]) {
    var text = "args"
    for step in steps {
      switch step {
      case .member(let key): text += ConditionPathReader.step(key.string)
      case .element(let index): text += "[\(index)]"
      case .each: text += "[*]"
      }
    }
    self.init(text: ExactText(text), steps: steps)
  }

  private init(text: ExactText, steps: [Step]) {
    self.text = text
    root = .arguments
    self.steps = steps
  }
}
