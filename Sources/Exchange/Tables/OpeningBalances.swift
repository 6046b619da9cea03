import Books

/// What the books of a branch begin with, as another system ends: the rows of one file, debits above zero and credits
/// below. Goods are entered by item, with their value; what customers owe and suppliers are owed document by document;
/// all else account by account. A row is a document of its own. Whatever stands against it is the branch's opening
/// capital.
enum OpeningBalances {
    private static let goods = "stock"
    private static let parties = ["receivable", "payable"]

    static func isGoods(_ row: TableImport.Row) -> Bool { row["account"] == goods }

    private static func isOfParty(_ row: TableImport.Row) -> Bool {
        row["account"].map { parties.contains($0) } ?? false
    }

    /// Why a row is none; nil for one that may be tried.
    static func fault(_ row: TableImport.Row, upTo date: String?) -> String? {
        let account = row["account"] ?? ""
        guard !isGoods(row) else {
            return row["item"] == nil || row["quantity"] == nil
                ? "goods have an item and a quantity" : nil
        }
        guard row["item"] == nil, row["quantity"] == nil else {
            return "goods are entered on the account stock, not on \(account)"
        }
        let root = account.prefix { $0 != "/" }
        guard root != "inventory" else { return "goods are entered by item, on the account stock" }
        if isOfParty(row) {
            guard row["party"] != nil, row["document"] != nil else {
                return "what is owed has a party and the number of its document"
            }
        } else if parties.contains(String(root)) {
            return "what is owed has its party in a column of its own, and the account \(root)"
        }
        // Days are compared as texts: what is no date is refused with the document.
        if let own = row["date"], let date, own > date {
            return "\(own) is after the last day of the old books"
        }
        return nil
    }

    /// Days are what days are, where there are any.
    static func hasDays(_ row: TableImport.Row) -> Bool {
        // A last day is that of a lot.
        (row["lot"] == nil ? ["date"] : ["date", "expiry"]).allSatisfy { field in
            row[field].map { (try? Planner.day($0)) != nil } ?? true
        }
    }

    static func memo(_ first: TableImport.Row) -> String {
        guard isOfParty(first), let document = first["document"] else { return "opening balance" }
        return document + (first["due"].map { ", due \($0)" } ?? "")
    }

    /// A document for each row.
    static func command(_ row: TableImport.Row, _ details: Details, on date: String?) -> Command {
        var details = details
        details.date = details.date ?? date
        if isGoods(row) {
            return .bringForward(
                details,
                .goods([
                    Line(
                        item: row["item"] ?? "", quantity: row["quantity"] ?? "",
                        total: row["amount"])
                ]))
        }
        if isOfParty(row) { details.party = row["party"] }
        return .bringForward(
            details,
            .balances([JournalLine(account: account(row), amount: row["amount"] ?? "")]))
    }

    /// Without the branch.
    static func account(_ row: TableImport.Row) -> String {
        [row["account"], isOfParty(row) ? row["party"] : nil].compactMap { $0 }
            .joined(separator: "/")
    }

    /// What a row is of: goods of a location, an item and a lot; a party's document; an account. Another branch's file may
    /// have the same name: the account is with its branch.
    static func key(_ row: TableImport.Row, account full: String) -> String {
        if isGoods(row) {
            let item = row["item"] ?? ""
            return key(
                item, of: [full, row["location"] ?? LocationFacts.main, item, row["lot"] ?? ""])
        }
        guard isOfParty(row) else { return key(full, of: [full]) }
        return key(row["document"] ?? "", of: [full, row["document"] ?? ""])
    }

    /// A key is short: what a row is of stands in it as a number, behind the beginning of a text that people know.
    private static func key(_ label: String, of parts: [String]) -> String {
        let hash = parts.joined(separator: "\u{1f}").fnv1a
        return "\(label.cut(toBytes: labelBytesMax)) \(String(hash, radix: 16))"
    }

    /// With a blank and 16 digits behind it, it is no longer than a key may be.
    private static let labelBytesMax = 47
}
