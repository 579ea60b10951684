import JSONText
import Policy
import System

extension Gatehouse {
  static let policySchema = Command(
    ["policy", "schema"], summary: "Print the JSON Schema of policy.json, for editors.",
    details: """
      In VS Code: gatehouse policy schema > policy.schema.json, and in settings.json
      "json.schemas": [{"fileMatch": ["policy.json"], "url": "./policy.schema.json"}].

      What no schema can see, as globs that tie or a pattern that RE2 does not take, gatehouse policy validate finds.
      """
  ) { _ throws(Failure) in
    do {
      guard let text = try JSONFormatter().formatted(PolicySchema.root.compact) else { return 1 }
      StandardOutput.write(String(decoding: text, as: UTF8.self))
      return 0
    } catch {
      throw Failure("\(error)")
    }
  }
}
