import Risk
import Testing

/// Tools of our own invention, one line each.
struct CategoryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var description: String
    var parameters: KeyValuePairs<String, String>
    var expected: Category

    init(
      _ expected: Category, _ name: String, _ description: String, _ parameters: KeyValuePairs<String, String> = [:]
    ) {
      self.expected = expected
      self.name = name
      self.description = description
      self.parameters = parameters
    }

    var testDescription: String { name }
  }

  static let reads: [Case] = [
    Case(.read, "list_orders", "List the orders of a shop, newest first."),
    Case(.read, "get_secret", "Gets the value of a secret."),
    Case(.read, "getInvoice", "Returns one invoice."),
    Case(.read, "warehouse_stock_get", "Get how many pieces are left."),
    Case(.read, "getweather", "The forecast for a place."),
    Case(.read, "is_door_open", "Tells whether the door is open."),
    Case(.read, "server_status", "Shows load and uptime."),
    Case(.read, "list_deleted_files", "Lists the files in the bin."),
    Case(.read, "get_delete_requests", "Gets the pending requests."),
    Case(.read, "describe_run", "Describes one run."),
    Case(.read, "query_metrics", "Queries metrics with PromQL.", ["query": "string"]),
    Case(.read, "run_query", "Runs a read-only SQL query.", ["sql": "string"]),
    Case(.read, "convert_currency", "Converts an amount into another currency.", ["amount": "number"]),
    Case(.read, "deploy_app_help", "Explains how an application is deployed."),
    Case(.read, "list_payments", "Lists the payments of a customer.", ["customer": "string"]),
    Case(.read, "generate_report", "Generates a report of last week."),
    Case(.read, "download_attachment", "Downloads an attachment and returns its content."),
    Case(.read, "resolve_hostname", "Resolves a hostname to an address."),
    Case(.read, "get_script", "Gets one script.", ["script_id": "string"]),
    Case(.read, "get_replay_details", "Get the state of a Sentry replay by URL or replay ID."),
    Case(.read, "report_usage", "Reports what is used."),
    Case(.read, "get_file", "Gets the path to the file of a page."),
    Case(.read, "investigate_entity", "Investigate an entity by id, name, email or domain."),
    Case(.read, "export_schema", "Export a schema. Returns a string. Accepts a name."),
    Case(.read, "decompile_function", "Decompile a function."),
    Case(.read, "withdraw_history", "Get the withdrawals of an account.", ["coin": "string"]),
    Case(.read, "resend_list_senders", "List all senders."),
    Case(.read, "shop_read_trigger", "Read triggers from a shop."),
    Case(.read, "wait_for_running_build", "Wait for a running build to complete."),
    Case(.read, "dispatch_status", "Poll a job in the background."),
    Case(.read, "house_doctor", "Run diagnostics of a house."),
    Case(.read, "list_todos", "List what is to be done (follow-ups, meetings)."),
    Case(.read, "test_connection", "Test connection to the shop."),
    Case(.read, "search_box", "Search all of the box (not limited to root folder)."),
    Case(.read, "state_of_job", "Get the state of a crawl or ingest job."),
    Case(.read, "get_restrictions", "Get view and edit restrictions of a page."),
    Case(.read, "cache_read", "Executes a read-only command.", ["command": "string"]),
  ]

  static let writes: [Case] = [
    Case(.write, "create_page", "Creates a page."),
    Case(.write, "page_rename", "Gives a page another title."),
    Case(.write, "send_postcard", "Sends a postcard to a person."),
    Case(.write, "post_message", "Posts a message to a room."),
    Case(.write, "get_token", "Creates a token and returns it."),
    Case(.write, "render_chart", "Renders a chart.", ["output_path": "string"]),
    Case(.write, "copy_photos", "Copies photos.", ["delete_source": "boolean"]),
    Case(.write, "lookup_or_create_user", "Finds a user, making one if there is none."),
    Case(.write, "transfer_ownership", "Gives a project to another user."),
    Case(.write, "sync_contacts", "Brings both address books to the same state."),
    Case(.write, "generate_image", "Generates an image from words."),
    Case(.write, "generate_model", "Generates a shape, and imports it into the scene."),
    Case(.write, "download_photo", "Downloads a photo to a folder."),
    Case(.write, "resolve_thread", "Resolves a thread of comments."),
    Case(.write, "archive_list", "Sends a list to the archive."),
    Case(.write, "cache_cas", "Embroiders a value with another. Returns: the value."),
    Case(.write, "create_customer", "Create a customer in Stripe.", ["email": "string"]),
    Case(.write, "move_page", "Move a page below another."),
    Case(.write, "contact_updates", "Check for new contacts and import them."),
    Case(.write, "report_user", "Report a user to the moderators."),
    Case(.write, "check_in_guest", "Checks a guest in."),
    Case(.write, "format_table", "Format a table with borders."),
    Case(.write, "render_map", "Render the view to a picture file of a size."),
    Case(.write, "bucket_access_allow", "Allows access to a bucket."),
    Case(.write, "phone_number_verify", "Verifies the phone number using an SMS code."),
    Case(.write, "verify_member", "Verifies a member.", ["code": "string"]),
    Case(.write, "watch_calendar", "Watch calendar for changes."),
    Case(.write, "report_seller", "Report a seller to the team.", ["seller": "string", "reason": "string"]),
    Case(.write, "report_thing", "Report a thing.", ["thing": "string", "reason": "string"]),
    Case(.write, "poll_team", "Poll a team.", ["question": "string", "options": "array"]),
    Case(.write, "convert_to_stereo", "Convert the current timeline to stereo."),
    Case(.write, "export_logs_to_warehouse", "Export logs of a day."),
    Case(.write, "export_talk", "Exports a talk.", ["filePath": "string"]),
    Case(.write, "driver_settings", "Read or update settings of the driver."),
    Case(.write, "models", "Get information about models or set model defaults."),
    Case(.write, "harvest", "Extract learnings from transcripts.", ["dry_run": "boolean"]),
    Case(.write, "check_letters", "Checks letters for errors.", ["fix_found": "boolean"]),
    Case(.write, "rank_issues", "Rank issues of a backlog."),
    Case(.write, "gather_crowd", "Gather the crowd."),
    Case(.write, "revise_plan", "Revise plan by what was said."),
    Case(.write, "crm_update_quote", "Update a quote."),
    Case(.write, "request_review_of", "Request review of a draft."),
    Case(.write, "download_papers", "Download papers of a mail. By default, saves all to a folder."),
    Case(.write, "return_item", "Return an item that was bought."),
  ]

  static let executes: [Case] = [
    Case(.execute, "run_script", "Runs a script on the host.", ["script": "string"]),
    Case(.execute, "execute_sql", "Runs one SQL statement.", ["sql": "string"]),
    Case(.execute, "graph_query", "Executes a Cypher query.", ["query": "string"]),
    Case(.execute, "write_query", "Executes an INSERT, UPDATE or DELETE query.", ["query": "string"]),
    Case(.execute, "bash", "Runs a command in a shell.", ["command": "string"]),
    Case(.execute, "deploy_site", "Deploys the site."),
    Case(.execute, "browser_click", "Clicks an element of the page."),
    Case(.execute, "restart_pump", "Restarts the pump."),
    Case(.execute, "cancel_build_job", "Cancels a job that is running."),
    Case(.execute, "browser_select_option", "Select an option in a dropdown."),
    Case(.execute, "browser_drop", "Drop files onto an element."),
    Case(
      .execute, "transact", "Executes statements. In read-only mode only reads are taken; else read-write.",
      ["sql": "string"]),
    Case(.execute, "translate_workflow", "Executes a translation workflow."),
    Case(.execute, "stop_search", "Stops a search query that runs."),
    Case(.execute, "show_dialog", "Show a dialog to the user."),
    Case(.execute, "trigger_crawl", "Trigger a crawl for a source."),
    Case(.execute, "compute_restart_instance", "Restart an instance."),
    Case(.execute, "step_over", "Step over the current line."),
    Case(.execute, "press_key", "simulates pressing a keyboard key", ["key": "string"]),
    Case(.execute, "tablet_drag_and_drop", "Drags an element and drops it on another."),
    Case(.execute, "ping_webhook", "Ping a webhook."),
    Case(.execute, "test_webhook", "Tests a webhook."),
  ]

  static let destructions: [Case] = [
    Case(.destructive, "delete_order", "Deletes an order and its lines. This cannot be undone."),
    Case(.destructive, "table_drop", "Drops a table."),
    Case(.destructive, "purgeQueue", "Purges all messages."),
    Case(.destructive, "find_and_remove", "Finds documents and removes them."),
    Case(.destructive, "clear_history", "Clears the whole history."),
    Case(.destructive, "search_index_delete", "Deletes a search index."),
    Case(.destructive, "revoke_key", "Revokes a key."),
    Case(
      .destructive, "manage_table", "Manage tables: operations for creating, listing and deleting them.",
      ["operation": "string"]),
  ]

  static let payments: [Case] = [
    Case(.financial, "refund_payment", "Refunds a payment in full or in part.", ["amount": "number"]),
    Case(.financial, "transfer_funds", "Moves money between accounts.", ["amount": "number"]),
    Case(.financial, "send_invoice", "Sends an invoice."),
    Case(.financial, "place_order", "Buys shares of a company.", ["symbol": "string", "quantity": "integer"]),
    Case(.financial, "withdraw", "Withdraws coins to an address.", ["amount": "string"]),
    Case(.financial, "book_flight", "Books a flight and charges the card on file."),
    Case(.financial, "close_position", "Closes a position."),
    Case(.financial, "value-coins", "Analyze the value of the items and transfer USDC to the recipient."),
    Case(.financial, "list_token", "List a token for sale."),
    Case(.financial, "collect_rewards", "Collect the rewards of a pool."),
    Case(.financial, "modify_order", "Changes an open order.", ["trigger_price": "number", "quantity": "number"]),
    Case(.financial, "exercise_option", "Exercises an option, converting it into shares.", ["symbol": "string"]),
  ]

  @Test(arguments: reads + writes + executes + destructions + payments)
  func category(_ testCase: Case) throws {
    let definition = try tool(testCase.name, testCase.description, testCase.parameters)
    let assessment = RiskClassifier.assess(definition)
    #expect(assessment.category == testCase.expected, "\(assessment)")
    #expect(!assessment.evidence.isEmpty)
  }

  @Test(arguments: writes + executes + destructions + payments)
  func neverHarmlessWithoutItsDescription(_ testCase: Case) throws {
    // `get_token` and the like say what they do in the description or the schema only.
    guard RiskClassifier.assess(try tool(testCase.name, "")).category != .read else {
      #expect(
        [
          "get_token", "render_chart", "graph_query", "translate_workflow", "render_map", "list_token",
          "phone_number_verify", "verify_member", "poll_team", "check_letters",
        ].contains(
          testCase.name))
      return
    }
  }

  @Test func choiceOfActionsIsItsWorst() throws {
    func calendar(_ actions: String) throws -> Category {
      RiskClassifier.assess(
        try tool(
          """
          {"name":"calendar","description":"Manage events.","inputSchema":{"type":"object","$defs":{"Act":{"enum":\(actions)}},
          "properties":{"action":{"anyOf":[{"$ref":"#/$defs/Act"},{"type":"null"}]}}}}
          """)
      ).category
    }
    #expect(try calendar(#"["list","get"]"#) == .read)
    #expect(try calendar(#"["list","create"]"#) == .write)
    #expect(try calendar(#"["list","create","delete"]"#) == .destructive)
  }

  @Test func anyRequestIsExecution() throws {
    let request = try tool(
      """
      {"name":"api_request","description":"Makes a request to the API.","inputSchema":{"type":"object","properties":
      {"endpoint":{"type":"string"},"method":{"enum":["GET","POST","DELETE"]}}}}
      """)
    #expect(RiskClassifier.assess(request).category == .execute)
  }
}
