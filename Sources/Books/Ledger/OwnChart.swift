package import Replica

/// A chart as the statements read it: one of the two that are built in, or a company's own, which says of some accounts
/// other codes, names and lines than the chart that it rests on.
///
/// Law: whatever it says, every total of the statements is that of the chart it rests on. A line of another kind, of an
/// account above the gross profit instead of below it, or of what rates made, is not believed.
package struct OwnChart: Hashable, Sendable {
    package let name: String
    package let base: Chart
    /// By code, in the registers' own words.
    package let codes: [String: Code]
    /// By account without its branch, `expense/rent`, or by root, `expense`: the code.
    package let accounts: [String: String]
    /// What of it is not believed, in order; accounts are on their own line then.
    package let faults: [String]

    package struct Code: Hashable, Sendable {
        package var title: String?
        /// A line's name, `administrative-expenses`.
        package var line: String?

        package init(title: String? = nil, line: String? = nil) {
            self.title = title
            self.line = line
        }
    }

    /// One of those that are built in, as it is.
    package init(_ base: Chart) {
        self.init(name: base.rawValue, base: base, codes: [:], accounts: [:])
    }

    package init(
        name: String, base: Chart, codes: [String: Code], accounts: [String: String],
        faults: [String] = []
    ) {
        self.name = name
        self.base = base
        self.codes = codes
        self.accounts = accounts
        var found = faults
        for (account, code) in accounts {
            switch Self.placing(account, on: codes[code], base) {
            case .line: break
            case .fault(let why): found.append("\(account) \(code): \(why)")
            }
        }
        self.faults = found.sorted()
    }

    // MARK: Lines

    package var betweenBranches: ChartLine { base.betweenBranches }
    package var profit: ChartLine { base.profit }
    package var translation: ChartLine { base.translation }

    /// Nil for accounts that hold goods or rights and no money.
    package func line(of account: Account) -> ChartLine? {
        guard let own = base.line(of: account) else { return nil }
        guard !accounts.isEmpty else { return own }
        let root = account.root.rawValue
        let rest = account.rest
        for key in rest.isEmpty ? [root] : ["\(root)/\(rest)", root] {
            guard let code = accounts[key], let said = codes[code] else { continue }
            guard let line = Self.line(said, base, beside: own) else { return own }
            return ChartLine(
                code: code, title: said.title ?? line.title, kind: line.kind,
                isCostOfSales: line.isCostOfSales, isOfRates: line.isOfRates)
        }
        return own
    }

    /// In a balance sheet: a customer's account in credit is on the line of customers' prepayments, and a supplier's in debit
    /// on that of prepayments to suppliers.
    package func line(of account: Account, holding balance: Int128) -> ChartLine? {
        switch (account.root, account.place) {
        case (.receivable, .branch(let branch)) where balance < 0:
            line(of: .simple(.prepaid, branch))
        case (.payable, .branch) where balance > 0: base.paidAhead
        default: line(of: account)
        }
    }

    /// Nil where a total would change, or there is no such line.
    private static func line(_ code: Code, _ base: Chart, beside own: ChartLine) -> ChartLine? {
        guard let name = code.line else { return own }
        return base.line(named: name).flatMap { $0.sumsLike(own) ? $0 : nil }
    }

    // MARK: Checks

    package enum Placing: Hashable, Sendable {
        case line(ChartLine)
        case fault(String)
    }

    /// Where an account is put by a code, as `expense/rent` or `expense` names it.
    package static func placing(_ key: String, on code: Code?, _ base: Chart) -> Placing {
        guard let sample = sample(of: key), let own = base.line(of: sample) else {
            return .fault("it is no account of a statement")
        }
        guard let code else { return .fault("nobody described the code") }
        guard let name = code.line else { return .line(own) }
        guard let line = base.line(named: name) else {
            return .fault("there is no line \(name)")
        }
        guard line.sumsLike(own) else {
            return .fault("\(name) would change a total")
        }
        return .line(line)
    }

    /// Lines to which an account may go.
    package static func names(for key: String, _ base: Chart) -> [String] {
        guard let own = sample(of: key).flatMap({ base.line(of: $0) }) else { return [] }
        return base.lines.filter { $0.line.sumsLike(own) }.map(\.name)
    }

    /// An account of that name at some branch: which line it is on does not depend on the branch.
    private static func sample(of key: String) -> Account? {
        let parts = key.utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }
        guard let root = parts.first else { return nil }
        if parts.count == 2 { return Account("\(root)/AA/\(parts[1])") }
        return ["\(root)/AA", "\(root)/AA/x", "\(root)/AA/BB"].lazy
            .compactMap { Account($0) }.first
    }
}

extension ChartLine {
    /// Is it in the same totals?
    package func sumsLike(_ other: ChartLine) -> Bool {
        kind == other.kind && isCostOfSales == other.isCostOfSales && isOfRates == other.isOfRates
    }
}

/// How a company's own chart stands in registers of the catalog: the entity `chart/<name>`.
extension OwnChart {
    package enum Attribute {
        package static let base = "base"
        /// Before a code.
        package static let title = "title/", line = "line/"
        /// Before an account without its branch, or a root.
        package static let account = "account/"
    }

    package static let prefix = "chart/"
    package static func entity(_ name: String) -> String { prefix + name }
    /// Where it is said which chart reports are on that name none.
    package static let defaultEntity = "charts", defaultAttribute = "default"

    package static let nameBytesMax = 16, codeBytesMax = 24, titleBytesMax = 80
    /// Codes and accounts that one chart may name.
    package static let entriesMax = 1_000

    /// Capital letters, digits and `-`: those that are built in have small letters.
    package static func isName(_ text: String) -> Bool {
        (1...nameBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            }
    }

    /// Letters, digits, `.` and `-`.
    package static func isCode(_ text: String) -> Bool {
        (1...codeBytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2e
            }
    }

    package static func isTitle(_ text: String) -> Bool {
        (1...titleBytesMax).contains(text.utf8.count)
            && !text.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f) ~= $0.value }
    }

    /// As its registers show it. What cannot be read is a fault, and counts for nothing; of what is too much the first in
    /// order count.
    package init(name: String, values: [String: [Value]], currency: CurrencyCode) {
        var codes: [String: Code] = [:]
        var accounts: [String: String] = [:]
        var faults: [String] = []
        var base = Chart(for: currency)
        func rest(_ attribute: String, _ prefix: String) -> String? {
            guard attribute.utf8.starts(with: prefix.utf8) else { return nil }
            return String(
                decoding: attribute.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        }
        for (attribute, shown) in values.sorted(by: { $0.key < $1.key }) {
            guard let value = shown.last, value != .absent else { continue }
            guard codes.count + accounts.count < 3 * Self.entriesMax else {
                faults.append("more than \(Self.entriesMax) entries")
                break
            }
            let text = value.text ?? ""
            if attribute == Attribute.base, let named = Chart(rawValue: text) {
                base = named
            } else if let code = rest(attribute, Attribute.title), Self.isCode(code),
                Self.isTitle(text)
            {
                codes[code, default: Code()].title = text
            } else if let code = rest(attribute, Attribute.line), Self.isCode(code),
                Self.isTitle(text)
            {
                codes[code, default: Code()].line = text
            } else if let account = rest(attribute, Attribute.account), Self.isCode(text) {
                accounts[account] = text
            } else {
                faults.append("\(attribute): it cannot be read")
            }
        }
        self.init(name: name, base: base, codes: codes, accounts: accounts, faults: faults)
    }
}

/// What is said of a chart; what is nil stays as it is.
package enum ChartChange: Codable, Hashable, Sendable {
    /// A code, and the accounts that are on it from now on. An empty code takes the accounts back to their own.
    case set(
        chart: String, code: String, title: String?, line: String?, accounts: [String],
        base: String?)
    /// The chart of all reports that name none; empty: that of the book's currency.
    case setDefault(String)
}
