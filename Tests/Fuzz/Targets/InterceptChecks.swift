import InterceptImport
import JSONText
import Policy

/// What is refused is told with its place; what is carried over is a policy.
func checkIntercept(_ input: [UInt8]) throws(Complaint) {
  let text: [UInt8]
  do throws(InterceptImport.Rejection) {
    text = try InterceptImport.policy(fromYAML: input).text
  } catch {
    // YAML has more ends of lines than JSON, among them the end of the text, so the lines are not checked.
    return try demand(error.problems.contains { $0.weight == .error }, "it was refused without an error")
  }
  guard let document = try? PolicyDocument.read(text) else {
    throw Complaint(text: "what was carried over is no policy")
  }
  let engine = PolicyEngine(document)
  var counters = Counters()
  for tool in ["create_charge", "x", "*"] as [ExactText] {
    let call = Call(server: "s", target: .tool(tool), session: "s")
    _ = engine.judge(call, counters: &counters, at: Moment(microseconds: 0))
  }
}
