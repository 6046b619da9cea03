import ArgumentParser
import Books
import Engine
import Replica

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "The statements: accounts, profit and loss, balance sheet, ageing.",
        subcommands: [
            LedgerAccounts.self, LedgerProfit.self, LedgerPosition.self, LedgerAccount.self,
            LedgerAgeing.self, LedgerTaxes.self, LedgerCash.self,
        ])
}

/// The days that a statement is of.
struct SpanOptions: ParsableArguments {
    @Option(name: .long, help: "A month, as in 2026-11.") var month: String?
    @Option(name: .long, help: "First day.") var from: String?
    @Option(name: .long, help: "Last day.") var to: String?

    enum Compared: String, ExpressibleByArgument, CaseIterable { case month, year }

    func validate() throws {
        guard month == nil || from == nil && to == nil else {
            throw ValidationError("give --month, or --from and --to")
        }
        if let month, Self.days(of: month) == nil {
            throw ValidationError("\(month) is no month: write it as in 2026-11")
        }
    }

    var days: (from: String?, to: String?) {
        guard let month, let days = Self.days(of: month) else { return (from, to) }
        return (days.from.description, days.to.description)
    }

    /// The month before, or the same one a year before.
    func days(before: Compared) -> (from: String?, to: String?) {
        guard let month, let first = Self.days(of: month)?.from else { return (nil, nil) }
        let (year, number, _) = first.civil
        let back = before == .year ? 12 : 1
        let whole = year * 12 + number - 1 - back
        guard whole >= 0,
            let begin = Day(year: whole / 12, month: whole % 12 + 1, day: 1),
            let end = Self.end(of: begin)
        else { return (nil, nil) }
        return (begin.description, end.description)
    }

    /// The end of the month before a day, or the same day a year before: the end of a month for one.
    static func day(_ before: Compared, _ text: String) -> String? {
        guard let day = Day(text) else { return nil }
        let (year, month, number) = day.civil
        switch before {
        case .month: return Day(number: day.number - Int32(number)).description
        case .year:
            guard let first = Day(year: year - 1, month: month, day: 1), let last = end(of: first)
            else { return nil }
            let isLast = Day(number: day.number + 1).civil.day == 1
            return Day(
                year: year - 1, month: month, day: isLast ? last.civil.day : number
            )?.description
        }
    }

    private static func days(of month: String) -> (from: Day, to: Day)? {
        guard let first = Day("\(month)-01"), let last = end(of: first) else { return nil }
        return (first, last)
    }

    private static func end(of first: Day) -> Day? {
        let (year, month, _) = first.civil
        let next = Day(
            year: month == 12 ? year + 1 : year, month: month == 12 ? 1 : month + 1, day: 1)
        return next.map { Day(number: $0.number - 1) }
    }
}

struct StatementOptions: ParsableArguments {
    @OptionGroup var span: SpanOptions
    @Option(name: .long, help: "Of these branches alone; may be repeated.") var branch: [String] =
        []
    @Option(name: .long, help: "cn-small, international or an own chart; see `chart default`.")
    var chart: String?

    @Option(name: .long, help: "Of the branches of this legal entity.") var entity: String?
    @Flag(name: .long, help: "A column for each legal entity.") var byEntity = false

    func filter(byBranch: Bool = false, comparing: SpanOptions.Compared? = nil) -> StatementFilter {
        let (days, before) = (span.days, comparing.map { span.days(before: $0) })
        return StatementFilter(
            branches: branch, from: days.from, to: days.to, compareFrom: before?.from,
            compareTo: before?.to, byBranch: byBranch, chart: chart, entity: entity,
            byEntity: byEntity)
    }

    func requireMonth(_ comparing: SpanOptions.Compared?) throws {
        guard comparing == nil || span.month != nil else {
            throw ValidationError("--compare is of a --month")
        }
    }
}

/// The day that a report of one day is shown beside.
struct ComparedDayOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "Beside the end of the month before (month), or the same day a year before (year).")
    var compare: SpanOptions.Compared?

    func day(before day: String?) -> String? {
        guard let compare, let day else { return nil }
        return SpanOptions.day(compare, day)
    }

    func require(_ day: String?, _ option: String) throws {
        guard compare == nil || day != nil else {
            throw ValidationError("--compare is of a day: give \(option)")
        }
    }
}

struct LedgerAccounts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "Every account: what it held, debits, credits, what it holds (科目余额表).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var options: StatementOptions
    @Option(name: .long, help: "Beside the month before (month), or a year before (year).")
    var compare: SpanOptions.Compared?
    func validate() throws { try options.requireMonth(compare) }
    func run() throws { try node.query(.accounts(options.filter(comparing: compare)), reading) }
}

struct LedgerProfit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profit", abstract: "Profit and loss of a span (利润表).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var options: StatementOptions
    @Flag(name: .long, help: "A column for each branch.") var byBranch = false
    @Option(name: .long, help: "Beside the month before (month), or a year before (year).")
    var compare: SpanOptions.Compared?
    func validate() throws { try options.requireMonth(compare) }
    func run() throws {
        try node.query(
            .profit(options.filter(byBranch: byBranch, comparing: compare)), reading)
    }
}

struct LedgerPosition: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "position",
        abstract: "The balance sheet at the end of a day or month (资产负债表).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var options: StatementOptions
    @Flag(name: .long, help: "A column for each branch.") var byBranch = false
    @Option(name: .long, help: "Beside the month before (month), or a year before (year).")
    var compare: SpanOptions.Compared?
    func validate() throws { try options.requireMonth(compare) }
    func run() throws {
        var filter = options.filter(byBranch: byBranch, comparing: compare)
        filter.compareFrom = nil
        try node.query(.position(filter), reading)
    }
}

struct LedgerCash: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cash",
        abstract: "Where money came from and went to in a span (现金流量表).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var options: StatementOptions
    @Flag(name: .long, help: "A column for each branch.") var byBranch = false
    @Option(name: .long, help: "Beside the month before (month), or a year before (year).")
    var compare: SpanOptions.Compared?
    func validate() throws { try options.requireMonth(compare) }
    func run() throws {
        try node.query(.cash(options.filter(byBranch: byBranch, comparing: compare)), reading)
    }
}

struct LedgerAccount: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "One account line by line, with its balance: a cash book, a party's account.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "In full, tender/HZ/cash, or the beginning of several, receivable/HZ/.")
    var account: String
    @OptionGroup var span: SpanOptions
    @Option(name: .long, help: "Lines at most.") var limit: Int = 1_000
    func validate() throws {
        guard span.days.from != nil, span.days.to != nil else {
            throw ValidationError("give --month, or --from and --to")
        }
    }
    func run() throws {
        try node.query(
            .ledger(
                LedgerFilter(
                    account: account, from: span.days.from ?? "", to: span.days.to ?? "",
                    limit: limit)), reading)
    }
}

struct LedgerTaxes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tax",
        abstract: "Tax on sales and on purchases, and what is to be paid, by branch.")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @OptionGroup var options: StatementOptions
    @Option(name: .long, help: "Beside the month before (month), or a year before (year).")
    var compare: SpanOptions.Compared?
    func validate() throws { try options.requireMonth(compare) }
    func run() throws { try node.query(.taxes(options.filter(comparing: compare)), reading) }
}

struct LedgerAgeing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ageing",
        abstract: "What customers owe, or is owed to suppliers, by how long it is overdue (账龄).")
    @OptionGroup var node: NodeOptions
    @OptionGroup var reading: ReadOptions
    @Argument(help: "receivable or payable.") var of: String = "receivable"
    @Option(name: .long, help: "Of these branches alone; may be repeated.") var branch: [String] =
        []
    @Option(name: .long, help: "Of the branches of this legal entity.") var entity: String?
    @Option(name: .long, help: "At the end of this day; today by default.") var asAt: String?
    @OptionGroup var compared: ComparedDayOptions
    func validate() throws { try compared.require(asAt, "--as-at") }
    func run() throws {
        try node.query(
            .ageing(
                AgeingFilter(
                    of: of, branches: branch, asAt: asAt, entity: entity,
                    compareTo: compared.day(before: asAt))), reading)
    }
}
