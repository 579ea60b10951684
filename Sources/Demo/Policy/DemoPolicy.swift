/// The policy that the demonstration begins with.
package enum DemoPolicy {
  /// The text of its policy.json: reading is free, changing is limited, destroying is refused, a
  /// person is asked about refunds, and one tool is not even seen.
  package static let text = """
    {
      "version": "1",
      "description": "What an assistant may do in the back office of a small shop",
      "default": "deny",
      "hide": ["drop_*"],
      "tools": {
        "list_*": {"action": "allow"},
        "get_order": {"action": "allow"},
        "search_customers": {"action": "allow"},
        "add_note": {"limits": [{"window": "minute", "max": 12}]},
        "update_order": {"limits": [{"window": "minute", "max": 20}]},
        "send_email": {"limits": [{"window": 20, "max": 4}]},
        "run_report_script": {"limits": [{"window": "minute", "max": 6}]},
        "execute_sql": {"limits": [{"window": "minute", "max": 5}]},
        "delete_*": {"action": "deny", "reason": "deleting is for people: ask the owner of the shop"},
        "refund_payment": {"action": "require_approval", "reason": "a person looks at every refund"},
        "transfer_funds": {"action": "deny", "reason": "no assistant moves money between accounts"}
      }
    }

    """
}
