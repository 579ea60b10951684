/// Texts of a first policy file.
package enum PolicyStarter {
  /// Denies all that no rule allows, and says so.
  package static let carefulText = text(
    """
    {
      "version": "1",
      "description": "Denies what no rule below names. Reading passes, writing and running are limited, destroying and paying ask a person.",
      "default": "deny",
      "tools": {}
    }
    """)

  /// Lets everything through and records it, as a start for rules.
  package static let observeText = text(
    """
    {
      "version": "1",
      "description": "Records what is called and stops nothing; change the mode to enforce when the rules are right.",
      "default": "allow",
      "mode": "observe"
    }
    """)

  /// The shortest policy: denies everything.
  package static let emptyText = text(
    """
    {
      "version": "1",
      "default": "deny"
    }
    """)

  private static func text(_ lines: String) -> [UInt8] { Array(lines.utf8) + [0x0A] }
}
