package import JSONText

/// One line that a client of the control socket sends.
package enum ControlRequest: Hashable, Sendable {
  case hello(version: Int, build: String?)
  /// Events from now on; `since` asks for those after that position first, as far as the gate still has them.
  ///
  /// Who says `approver` has a person before it who can decide: as long as it is there, somebody is attached. With a
  /// `filter` only decisions that fit are sent, and their results; all that is neither is sent in any case.
  case subscribe(since: UInt64?, budget: Int?, approver: Bool = false, filter: String? = nil, id: Int?)
  case snapshot(id: Int?)
  case status(id: Int?)
  /// Read the policy, the registry and the catalogue again, now.
  case reload(id: Int?)
  /// The last lines that a server wrote to its standard error, and what it wrote to its output that was no message;
  /// `after` asks for those after a line of this number alone.
  case stderr(server: ExactText, lines: Int?, after: UInt64?, id: Int?)
  /// Ends the gate, for a newer build to take its place.
  case stop(id: Int?)
  /// Comes with three descriptors (the client's standard input, output and error): guard a server for their owner.
  case attach(Attachment)

  /// The whole definition of a tool, as far as the catalogue has it.
  case tool(server: ExactText, name: ExactText, id: Int?)

  /// Lets a call pass that waits for a person; `digest` and `revision` are those of the event that was shown.
  case approve(
    approval: String, digest: String, revision: String?, scope: ApprovalScope, message: String?, id: Int?)
  case deny(approval: String, digest: String?, message: String?, id: Int?)
  /// Gives the person more time.
  case extend(approval: String, seconds: Int, id: Int?)
  /// Takes a standing approval back.
  case revoke(standing: String, id: Int?)
  /// All that waits, and all standing approvals.
  case approvals(id: Int?)
  /// One that waits, with its arguments.
  case approval(String, id: Int?)
  /// Denies everything that would act, until it is lifted.
  case lockdown(Bool, id: Int?)
  /// What a call was made with, by its decision's number, and how the policy in force judges it.
  case explain(sequence: UInt64, id: Int?)
  /// What another policy would have said to the calls that the gate remembers; its text is JSON.
  case simulate(policy: [UInt8], id: Int?)
  /// The beginnings of what some calls were made with, by their decisions' numbers.
  case glimpse(sequences: [UInt64], id: Int?)

  /// How far the limits of a tool are used up now.
  case counters(server: ExactText, tool: ExactText, id: Int?)
  /// Whether who asks could approve a call, for which something is to be done before.
  case mayApprove(approval: String, id: Int?)

  /// How pins stand, of one server or of all; those that are as they were accepted only with `all`.
  case pins(server: ExactText?, all: Bool, id: Int?)
  /// One pin with the definitions; the server's instructions where no tool is named.
  case pin(server: ExactText, tool: ExactText?, id: Int?)
  /// Takes what a server tells of its tools, or of itself.
  case accept(server: ExactText, [PinChoice], id: Int?)
  /// Denies tools until they are as they were accepted.
  case reject(server: ExactText, [PinChoice], id: Int?)

  /// What the answer repeats, so that who asks more than one thing knows which it belongs to.
  package var id: Int? {
    switch self {
    case .hello, .attach: nil
    case .subscribe(_, _, _, _, let id), .snapshot(let id), .status(let id), .reload(let id), .stderr(_, _, _, let id),
      .stop(let id), .tool(_, _, let id), .approve(_, _, _, _, _, let id), .deny(_, _, _, let id),
      .extend(_, _, let id), .revoke(_, let id), .approvals(let id), .approval(_, let id), .lockdown(_, let id),
      .counters(_, _, let id),
      .explain(_, let id), .simulate(_, let id), .glimpse(_, let id),
      .mayApprove(_, let id),
      .pins(_, _, let id), .pin(_, _, let id), .accept(_, _, let id), .reject(_, _, let id):
      id
    }
  }

  /// The most bytes a request line may have: an environment is the largest thing in one.
  package static let longestLine = 4 << 20
  /// The most bytes that a person may say to an agent.
  package static let longestMessage = 4_096
  /// More than any name or digest of an approval has.
  static let longestName = 256
  /// A person may ask for as much as a day at a time.
  package static let longestExtension = 86_400
}

/// What to start for an attached client.
package struct Attachment: Hashable, Sendable {
  package enum Server: Hashable, Sendable {
    case registered(ExactText)
    /// A command that is not registered, under a name for policy and stream; its words are of any bytes.
    case command([[UInt8]], name: ExactText)
  }

  package var server: Server
  /// The client's working folder; nil where it comes along as a fourth descriptor.
  package var directory: String?
  /// Entries `NAME=VALUE` of any bytes.
  package var environment: [[UInt8]]
  /// Which rights the files that the client makes lack; nil where that is the gate's to say.
  package var fileMask: UInt32?

  package init(server: Server, directory: String? = nil, environment: [[UInt8]], fileMask: UInt32? = nil) {
    self.server = server
    self.directory = directory
    self.environment = environment
    self.fileMask = fileMask
  }
}

extension Attachment: CustomStringConvertible {
  /// Tells the sizes only: commands and environments hold secrets.
  package var description: String { "<attachment with \(environment.count) environment variables>" }
}
