import Replica

/// Accounts that follow from documents: no journal entry names them, or what they are held against would not be what
/// they say.
extension Planner {
    /// What keeps a person from posting to an account of that root, and what to do instead; nil where nothing does.
    static func controlled(_ text: String) -> Refusal? {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }
        guard let root = parts.first.flatMap({ Account.Root(rawValue: $0) }) else { return nil }
        let (why, next): (String, String)
        switch root {
        case .inventory:
            why = "the value of goods follows from what comes and goes"
            next = "change it by item: `branchbook revalue ITEM --by AMOUNT`"
        case .stock, .early, .customer, .supplier, .shrinkage:
            why = "goods are moved by documents"
            next = "use `branchbook find`, `branchbook write-off` or a stocktake"
        case .shipped, .transit, .dispute, .transferSales, .transferCost, .transferTax:
            why = "it follows from the goods that branches send each other"
            next = "see `branchbook transfer list` and `branchbook reconcile`"
        case .dueFrom, .dueTo:
            why = "both branches book what they owe each other"
            next =
                "charge the other one: `branchbook between charge expense/NAME AMOUNT --to BRANCH`, "
                + "or `branchbook between settle`"
        case .granted, .grant, .quota, .committed:
            why = "it follows from quotas and what is sold on them"
            next = "see `branchbook quota list`"
        case .receivable where parts.count < 2 || parts[1].isEmpty,
            .payable where parts.count < 2 || parts[1].isEmpty:
            why = "what is owed is owed by somebody, or to somebody"
            next = "name them: \(root.rawValue)/NAME"
        case .tradeExchange, .moneyExchange, .via:
            why = "documents book it beside others"
            next = "use one such as expense/rent, bank/main or equity/capital"
        case .sales, .tax, .tender, .receivable, .rounding, .costOfSales, .payable, .bank, .expense,
            .income, .equity, .asset, .liability, .writeOff, .variance, .revaluation, .inputTax,
            .prepaid, .overShort, .exchangeGain, .exchangeLoss:
            return nil
        }
        return Refusal(.badAccount, "\(text) is not posted to by hand: \(why)", next: next)
    }
}
