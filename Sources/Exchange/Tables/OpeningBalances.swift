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
        if let reason = currencyFault(row) { return reason }
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

    /// An amount of another currency stands beside what the old books carried it at.
    private static func currencyFault(_ row: TableImport.Row) -> String? {
        let figures = [row["amount"], row["value"]].compactMap { $0 }
        if let figure = figures.first(where: { $0.utf8.contains { (0x40...0x5a).contains($0) } }) {
            return "\(figure) is no figure: a currency has a column of its own"
        }
        guard row["currency"] != nil else {
            return row["value"] == nil ? nil : "a value is that of an amount in another currency"
        }
        guard !isGoods(row) else { return "goods are worth the book's own currency" }
        return row["value"] == nil
            ? "an amount in another currency has its value in the book's own" : nil
    }

    /// As a journal entry has it.
    private static func figure(_ row: TableImport.Row) -> String {
        let amount = row["amount"] ?? ""
        guard let currency = row["currency"] else { return amount }
        let value = row["value"] ?? ""
        return "\(amount)\(currency)@@\(value.hasPrefix("-") ? String(value.dropFirst()) : value)"
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
            .balances([JournalLine(account: account(row), amount: figure(row))]))
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
        let currency = [row["currency"]].compactMap { $0 }
        guard isOfParty(row) else { return key(full, of: [full] + currency) }
        return key(row["document"] ?? "", of: [full, row["document"] ?? ""] + currency)
    }

    /// A key is short: what a row is of stands in it as a number, behind the beginning of a text that people know.
    private static func key(_ label: String, of parts: [String]) -> String {
        let hash = parts.joined(separator: "\u{1f}").fnv1a
        return "\(label.cut(toBytes: labelBytesMax)) \(String(hash, radix: 16))"
    }

    /// With a blank and 16 digits behind it, it is no longer than a key may be.
    private static let labelBytesMax = 47
}
