package import Replica

/// What an account is in the statements of a company.
package enum AccountClass: String, CaseIterable, Sendable {
    case asset, liability, equity, income, expense

    /// Does the statement show what was debited to it as more?
    package var isDebit: Bool { self == .asset || self == .expense }
    /// In the balance sheet, and not in profit and loss.
    package var isOfPosition: Bool { self == .asset || self == .liability || self == .equity }
}

/// A line of the statements: several accounts, in the order of their codes.
package struct ChartLine: Hashable, Comparable, Sendable {
    package let code: String
    package let title: String
    package let kind: AccountClass
    /// Is it above the gross profit?
    package let isCostOfSales: Bool
    /// Is it what rates made of amounts, and no trade?
    package let isOfRates: Bool

    /// By code and title; then by all else, since a chart of one's own may give two lines one code and title.
    package static func < (a: Self, b: Self) -> Bool {
        a.place < b.place
    }

    private var place: (String, String, String, Int, Int) {
        (code, title, kind.rawValue, isCostOfSales ? 1 : 0, isOfRates ? 1 : 0)
    }
}

/// Which line of the statements an account is on. The accounts themselves are those of `Account`, in every chart.
///
/// Source of `cn-small`: 小企业会计准则 (财会〔2011〕17 号), appendix, its accounts and their codes; what it has no
/// account for is a sub-account, behind a point.
package enum Chart: String, CaseIterable, Sendable {
    /// The Chinese small-business standard.
    case chineseSmall = "cn-small"
    case international

    /// What a book of this currency begins with.
    package init(for currency: CurrencyCode) {
        self = currency.text == "CNY" ? .chineseSmall : .international
    }

    /// Nil for accounts that hold goods or rights and no money.
    package func line(of account: Account) -> ChartLine? {
        Self.place(of: account).map { line($0) }
    }

    /// What the line of an account is called in commands: `expenses`.
    package static func lineName(of account: Account) -> String? { place(of: account)?.name }

    /// The line that a command names; nil where there is none of that name.
    package func line(named name: String) -> ChartLine? {
        Place.allCases.first { $0.name == name }.map { line($0) }
    }

    /// Every line with its name, in the order of this chart's codes.
    package var lines: [(name: String, line: ChartLine)] {
        Place.allCases.map { ($0.name, line($0)) }.sorted { $0.line < $1.line }
    }

    /// What branches of one statement owe each other, and what is left of it.
    package var betweenBranches: ChartLine { line(.onItsWay) }
    /// What books in other currencies came to be worth in the book's own, by rates alone.
    package var translation: ChartLine { line(.translation) }
    /// Profit that no entry has closed yet.
    package var profit: ChartLine { line(.profit) }
    /// What suppliers owe: paid ahead, or sent back after it was paid.
    package var paidAhead: ChartLine { line(.paidAhead) }

    private func line(_ place: Place) -> ChartLine {
        let (chinese, international) = place.codes
        return ChartLine(
            code: self == .chineseSmall ? chinese : international, title: place.title,
            kind: place.kind,
            isCostOfSales: [.cost, .transferCost, .variance, .revaluation].contains(place),
            isOfRates: [.exchangeGain, .exchangeLoss].contains(place))
    }

    private enum Place: CaseIterable {
        case cash, bank, clearing, receivable, inventory, onItsWay, shipped, dueFrom, otherAsset
        case payable, paidAhead, prepaid, tax, dueTo, otherLiability, equity, retained, profit,
            translation
        case transferSales, transferCost
        case sales, otherIncome, cost, variance, revaluation, writeOff, expense, overShort, rounding
        case exchange, exchangeGain, exchangeLoss
        case unmatched
        /// Of a company's own chart alone: no account is on them by itself.
        case selling, administrative, financial

        /// The title in small letters, its words joined by `-`.
        var name: String {
            title.lowercased().filter { $0 != "," && $0 != "'" }.replacing(" ", with: "-")
        }

        var title: String {
            switch self {
            case .cash: "Cash"
            case .bank: "Bank"
            case .clearing: "Cards and other clearing"
            case .receivable: "Receivables"
            case .inventory: "Inventory"
            case .onItsWay: "Between branches, on its way"
            case .shipped: "Shipments that no keeper has stated"
            case .dueFrom: "Due from branches"
            case .otherAsset: "Other assets"
            case .payable: "Payables"
            case .paidAhead: "Prepayments to suppliers"
            case .prepaid: "Customers' prepayments"
            case .tax: "Taxes"
            case .dueTo: "Due to branches"
            case .otherLiability: "Other liabilities"
            case .equity: "Capital"
            case .retained: "Retained earnings"
            case .profit: "Profit of the period"
            case .translation: "Translation difference"
            case .sales: "Sales, net"
            case .transferSales: "Goods sent to branches"
            case .transferCost: "Cost of goods sent to branches"
            case .otherIncome: "Other income"
            case .cost: "Cost of sales"
            case .variance: "Purchase variance"
            case .revaluation: "Revaluation of goods"
            case .writeOff: "Goods written off"
            case .expense: "Expenses"
            case .overShort: "Over-short of drawers"
            case .rounding: "Rounding"
            case .exchange: "Currency exchange"
            case .exchangeGain: "Exchange gains"
            case .exchangeLoss: "Exchange losses"
            case .unmatched: "Half a document"
            case .selling: "Selling expenses"
            case .administrative: "Administrative expenses"
            case .financial: "Financial expenses"
            }
        }

        var kind: AccountClass {
            switch self {
            case .cash, .bank, .clearing, .receivable, .paidAhead, .inventory, .onItsWay, .shipped,
                .dueFrom, .otherAsset, .exchange, .unmatched:
                .asset
            case .payable, .prepaid, .tax, .dueTo, .otherLiability: .liability
            case .equity, .retained, .profit, .translation: .equity
            case .sales, .transferSales, .otherIncome, .exchangeGain: .income
            case .cost, .transferCost, .variance, .revaluation, .writeOff, .expense, .exchangeLoss,
                .overShort,
                .rounding, .selling, .administrative, .financial:
                .expense
            }
        }

        /// Of the Chinese chart, and of the international one.
        var codes: (String, String) {
            switch self {
            case .cash: ("1001", "1000")
            case .bank: ("1002", "1010")
            case .clearing: ("1012", "1020")
            case .receivable: ("1122", "1100")
            case .paidAhead: ("1123", "1110")
            case .dueFrom: ("1221.01", "1300")
            case .onItsWay: ("1402.01", "1210")
            case .inventory: ("1405", "1200")
            case .shipped: ("1402.02", "1220")
            case .otherAsset: ("1801", "1400")
            case .exchange: ("1902", "1910")
            case .unmatched: ("1901", "1900")
            case .payable: ("2202", "2000")
            case .prepaid: ("2203", "2100")
            case .tax: ("2221", "2200")
            case .dueTo: ("2241.01", "2300")
            case .otherLiability: ("2241.02", "2400")
            case .equity: ("3001", "3000")
            case .retained: ("3104", "3100")
            case .profit: ("3103", "3900")
            case .translation: ("3002.01", "3800")
            case .sales: ("5001", "4000")
            case .transferSales: ("5001.02", "4010")
            case .transferCost: ("5401.04", "5010")
            case .otherIncome: ("5301", "4100")
            case .exchangeGain: ("5301.01", "4200")
            case .exchangeLoss: ("5603.01", "6800")
            case .cost: ("5401.01", "5000")
            case .variance: ("5401.02", "5100")
            case .revaluation: ("5401.03", "5110")
            case .writeOff: ("5711.01", "5200")
            case .expense: ("5602", "6000")
            case .overShort: ("5711.02", "6900")
            case .rounding: ("5711.03", "6910")
            case .selling: ("5601", "6100")
            case .administrative: ("5602.01", "6200")
            case .financial: ("5603", "6300")
            }
        }
    }

    /// Drawers hold cash by these names; what else takes money is settled later.
    private static let drawers = ["cash", "drawer"]

    private static func place(of account: Account) -> Place? {
        switch account.root {
        case .tender:
            drawers.contains { account.name.hasSuffix("/\($0)") } ? .cash : .clearing
        case .bank: .bank
        case .receivable: .receivable
        case .inventory: .inventory
        case .shipped: .shipped
        case .dueFrom: .dueFrom
        case .asset: .otherAsset
        case .payable: .payable
        case .prepaid: .prepaid
        case .tax, .inputTax, .transferTax: .tax
        case .dueTo: .dueTo
        case .liability: .otherLiability
        case .equity: account.rest == Planner.retained ? .retained : .equity
        case .sales: .sales
        case .transferSales: .transferSales
        case .transferCost: .transferCost
        case .income: .otherIncome
        case .costOfSales: .cost
        case .variance: .variance
        case .revaluation: .revaluation
        case .writeOff: .writeOff
        case .expense: .expense
        case .overShort: .overShort
        case .rounding: .rounding
        case .tradeExchange, .moneyExchange: .exchange
        case .exchangeGain: .exchangeGain
        case .exchangeLoss: .exchangeLoss
        case .via: .unmatched
        case .early, .stock, .customer, .supplier, .shrinkage, .transit, .dispute, .granted, .grant,
            .quota, .committed:
            nil
        }
    }
}
