/// The tables. `log` and `entry` are the truth; every other table can be rebuilt from them.
enum Schema {
    /// `PRAGMA user_version`. A file with a greater one is refused.
    static var version: Int { steps.count }

    /// The step from version n - 1 stands at place n - 1. A step that was released is never changed.
    static let steps: [Step] = [
        Step(sql: first, rebuilds: false),
        Step(sql: transfersAndForks, rebuilds: true),
        Step(sql: views, rebuilds: false),
        Step(sql: incarnations, rebuilds: false),
        Step(sql: goods, rebuilds: true),
        Step(sql: months, rebuilds: true),
        Step(sql: orders, rebuilds: false),
        Step(sql: bookmarks, rebuilds: false),
        Step(sql: board, rebuilds: false),
        Step(sql: costDays, rebuilds: false),
        Step(sql: accountMonths, rebuilds: true),
        Step(sql: late, rebuilds: false),
        Step(sql: values, rebuilds: true),
        Step(sql: keptDays, rebuilds: false),
    ]

    struct Step {
        let sql: String
        /// Projections have changed: the logs are to be read again.
        let rebuilds: Bool
    }

    /// Emptied by a rebuild. `name` stays: it only interns.
    static let projections = [
        "posting", "balance", "document", "counter", "book_day", "valuation", "pool_dirty", "pool",
        "cost", "cost_day", "branch_cost_day", "kept_day", "cost_layer", "pool_layer", "counted",
        "count_move", "shelf_month",
        "account_month", "value_month", "late", "repack", "transfer", "statement", "statement_due",
        "register",
        "superseded", "event", "void",
        "roster_act", "digest", "board", "early_move",
    ]
    /// Lists of work to do, and answers that are kept: what is in them depends on what was asked, and not on the logs
    /// alone.
    static let workLists = ["pool_dirty", "statement_due", "holder_due", "kept_day"]
}
