import Books

/// What the books of a branch begin with, as another system ends: the rows of one file, debits above zero and credits
/// below. Goods are entered by item, with their value; what customers owe and suppliers are owed document by document;
/// all else account by account. Whatever stands against it is the branch's opening capital.
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

    /// Goods of one location are a document, and so are neighbouring balances.
    static func belongs(_ row: TableImport.Row, with first: TableImport.Row) -> Bool {
        guard !isOfParty(row), !isOfParty(first), isGoods(row) == isGoods(first) else {
            return false
        }
        return !isGoods(row) || row["location"] == first["location"]
    }

    static func memo(_ first: TableImport.Row) -> String {
        guard isOfParty(first), let document = first["document"] else { return "opening balance" }
        return document + (first["due"].map { ", due \($0)" } ?? "")
    }

    static func command(
        _ rows: [TableImport.Row], _ details: Details, on date: String?
    ) -> Command {
        var details = details
        guard let first = rows.first else { return .bringForward(details, .balances([])) }
        details.date = details.date ?? date
        if isGoods(first) {
            return .bringForward(
                details,
                .goods(
                    rows.map {
                        Line(
                            item: $0["item"] ?? "", quantity: $0["quantity"] ?? "",
                            total: $0["amount"])
                    }))
        }
        if isOfParty(first), let account = first["account"], let party = first["party"] {
            details.party = party
            details.external?.key = key(account, party, first["document"] ?? "")
        }
        return .bringForward(
            details,
            .balances(
                rows.map { JournalLine(account: account($0), amount: $0["amount"] ?? "") }))
    }

    /// Without the branch.
    static func account(_ row: TableImport.Row) -> String {
        [row["account"], isOfParty(row) ? row["party"] : nil].compactMap { $0 }
            .joined(separator: "/")
    }

    /// Two parties may have documents of one number, and a key is short: the party stands in it as a number.
    /// FNV-1a, 64 bits.
    static func key(_ account: String, _ party: String, _ document: String) -> String {
        let hash = "\(account)/\(party)".utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return "\(document) \(String(hash, radix: 16))"
    }
}
