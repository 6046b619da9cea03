package import Books

/// Writes postings as an hledger journal (format of hledger 1.25): one transaction per document, in what its branch keeps its
/// books in; amounts of other currencies at what they are carried at. Law: hledger's balances at cost are the trial
/// balance.
package struct HledgerJournal: Sendable {
    private let currency: String
    /// The last day that was written; derived rows stand on it.
    private var last = "1970-01-01"
    private var open: (date: String, number: String, lines: [String])?

    package init(currency: String) { self.currency = currency }

    /// What stands before everything else.
    ///
    /// - Parameter others: further currencies in which branches keep their books, with their decimal places.
    package func head(
        scale: Int, company: String, others: [(currency: String, scale: Int)] = []
    ) -> String {
        let commodities = ([(currency, scale)] + others).map { code, scale in
            let zeros = scale > 0 ? "." + String(repeating: "0", count: scale) : "."
            return "commodity \(code) 1000\(zeros)\n"
        }
        return "; \(Self.comment(company)), written by branchbook\ndecimal-mark .\n"
            + commodities.joined() + "\n"
    }

    /// The money of a page of the journal, in its order. Gives the text of the documents that are
    /// complete; the last one waits for the next page.
    package mutating func add(page: Report) -> String {
        var text = ""
        for row in page.rows {
            guard case .text(let date) = row[0], case .text(let account) = row[3],
                case .text(let commodity) = row[4], case .decimal(let amount) = row[5]
            else { continue }
            let own = Self.own(row, at: Self.ledgerPlace) ?? currency
            let figures =
                commodity == own
                ? ["\(own) \(amount)"] : foreign(commodity, amount, row, in: own)
            for figure in figures {
                last = max(last, date)
                text += add(
                    date: date, number: row[1].plain, account: account, figure: figure,
                    note: row[8].plain.isEmpty ? nil : row[8].plain)
            }
        }
        return text
    }

    /// An amount of another currency at what it is carried at: `USD 100.00 @@ CNY 720.00`. What changes that alone is an
    /// amount of the book's own. None for goods.
    private func foreign(
        _ commodity: String, _ amount: String, _ row: [Report.Cell], in currency: String
    ) -> [String] {
        guard !commodity.hasPrefix("#"), row.count > Self.carriedPlace,
            case .decimal(let value) = row[Self.carriedPlace]
        else { return [] }
        let isNothing = amount.allSatisfy { "-0.".contains($0) }
        let own = "\(currency) \(value)"
        guard !isNothing else { return [own] }
        // hledger gives a total the sign of its amount.
        guard amount.hasPrefix("-") == value.hasPrefix("-") else {
            return ["\(commodity) \(amount) @@ \(currency) 0", own]
        }
        let total = value.hasPrefix("-") ? String(value.dropFirst()) : value
        return ["\(commodity) \(amount) @@ \(currency) \(total)"]
    }

    /// The place of the column `carried` of the journal.
    private static let carriedPlace = 11
    /// Behind all else, in what the branch keeps its books, where branches do so in several currencies.
    private static let ledgerPlace = 12, derivedLedgerPlace = 3

    private static func own(_ row: [Report.Cell], at place: Int) -> String? {
        guard row.count > place, case .text(let code) = row[place] else { return nil }
        return code
    }

    /// What every account held at the end of the day before a span: one entry, which sums to zero.
    ///
    /// - Parameter branch: of one branch, and its currency: what stands between its scopes is left out.
    package mutating func opening(
        _ balance: Report, on day: String, from: String,
        branch: (code: String, currency: String)? = nil
    ) -> String {
        var text = ""
        for row in balance.rows {
            if branch != nil, row[0].plain.utf8.starts(with: "via".utf8) { continue }
            let amount = row[1] == .empty ? "-" + row[2].plain : row[1].plain
            text += add(
                date: day, number: "opening balances" + (branch.map { " of \($0.code)" } ?? ""),
                account: row[0].plain, figure: "\(branch?.currency ?? currency) \(amount)",
                note: nil)
        }
        // What is derived in the span stands in it, where nothing was posted as well.
        last = max(last, from)
        return text + finish()
    }

    /// The last document and the cost rows that are derived and not posted, one transaction a branch.
    package mutating func finish(derived: Report) -> String {
        var text = finish()
        for row in derived.rows {
            text += add(
                date: last, number: "cost of \(row[0].plain), derived", account: row[1].plain,
                figure: "\(Self.own(row, at: Self.derivedLedgerPlace) ?? currency) \(row[2].plain)",
                note: nil)
        }
        return text + finish()
    }

    /// One posting; gives the text of the document before it once that is complete.
    mutating func add(
        date: String, number: String, account: String, figure: String, note: String?
    ) -> String {
        var done = ""
        if let open, open.date != date || open.number != number { done = finish() }
        var lines = open?.lines ?? []
        let comment = note.map { "  ; " + Self.comment($0) } ?? ""
        lines.append("    \(Self.account(account))  \(figure)\(comment)\n")
        open = (date, number, lines)
        return done
    }

    /// The text of the last document.
    mutating func finish() -> String {
        guard let document = open else { return "" }
        open = nil
        return "\(document.date) \(Self.comment(document.number))\n"
            + document.lines.joined() + "\n"
    }

    /// Levels are divided by colons. Bridges between scopes are one account: together they are zero.
    static func account(_ name: String) -> String {
        if name == "via" || name.hasPrefix("via/") { return "via" }
        return name.split(separator: "/", omittingEmptySubsequences: false)
            .map { part(String($0)) }.joined(separator: ":")
    }

    /// hledger reads two blanks as the end of an account, and brackets, semicolons and colons as signs
    /// of its own: such characters are written as `%` and two digits.
    private static func part(_ text: String) -> String {
        var result = ""
        var afterBlank = true
        for scalar in text.unicodeScalars {
            let isBlank = scalar == " "
            let isSpecial =
                scalar.value < 0x20 || (0x7f...0xa0) ~= scalar.value
                || ":;()[]%|*!\"=@".unicodeScalars.contains(scalar)
            if isSpecial || (isBlank && afterBlank) {
                for byte in String(scalar).utf8 {
                    let digits = String(byte, radix: 16)
                    result += "%" + (byte < 16 ? "0" : "") + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
            afterBlank = isBlank
        }
        if result.last == " " { result = String(result.dropLast()) + "%20" }
        return result.isEmpty ? "%" : result
    }

    private static func comment(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.value < 0x20 || (0x7f...0x9f) ~= $0.value || $0 == ";" || $0 == "|"
                        ? " " : $0
                }))
    }
}
