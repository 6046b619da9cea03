import Books
import Replica
import Store

/// The statements of a company: accounts with what moved on them, profit and loss, the balance sheet. Of one branch, of
/// several side by side, or of all together; then what branches owe each other cancels, and what is left of it is
/// on its way between them.
extension Engine {
    /// What one column of a statement is made of.
    struct Column {
        let key: String
        let label: String
        let branches: Set<BranchCode>
        let from: Day?
        let to: Day?
        var sums: [ChartLine: Int128] = [:]
    }

    /// What was earned and spent in a span (利润表).
    func profit(_ filter: StatementFilter) throws -> Report {
        let (standing, book) = try needLedger()
        let ledger = try tableLedger(try branches(filter, standing), standing)
        let (from, to) = try span(filter)
        guard let to, from != nil else {
            throw Refusal(
                .badDate, "profit is of a span", next: "give --from and --to, or --month")
        }
        let columns = try summed(
            try self.columns(filter, standing, from: from, to: to), try chart(filter, book), ledger,
            withYearEnds: false)
        let figures = ReportWriter(store, ledger)
        var report = statement("branchbook.profit/1", "Profit and loss", columns)
        func line(_ line: ChartLine) -> [Report.Cell] {
            row(line.kind.rawValue, line.code, line.title, columns) {
                let net = $0.sums[line] ?? 0
                return figures.money(line.kind == .income ? -net : net)
            }
        }
        func total(_ title: String, _ isIn: (ChartLine) -> Bool) -> [Report.Cell] {
            row("total", nil, title, columns) { column in
                figures.money(Self.total(column, isIn))
            }
        }
        let lines = Self.lines(columns).filter { !$0.kind.isOfPosition }
        report.rows += lines.filter { $0.kind == .income && !$0.isOfRates }.map(line)
        report.rows += lines.filter { $0.kind == .expense && $0.isCostOfSales }.map(line)
        report.rows.append(
            total("Gross profit") {
                $0.kind == .income && !$0.isOfRates || $0.isCostOfSales
            })
        report.rows += lines.filter { $0.kind == .income && $0.isOfRates }.map(line)
        report.rows += lines.filter { $0.kind == .expense && !$0.isCostOfSales }.map(line)
        report.rows.append(total("Net profit") { !$0.kind.isOfPosition })
        report.facts.append(.init("currency", "Currency", .text(ledger.currency.text)))
        report.notes = scopesMissing(standing, of: Set(columns.flatMap(\.branches)))
        return report
    }

    /// What there is and what is owed at the end of a day (资产负债表).
    func position(_ filter: StatementFilter, at now: Instant) throws -> Report {
        let (standing, book) = try needLedger()
        let ledger = try tableLedger(try branches(filter, standing), standing)
        let chart = try chart(filter, book)
        let (_, to) = try span(filter)
        var columns = try summed(
            try self.columns(filter, standing, from: nil, to: to), chart, ledger,
            on: Day(now, utcOffsetMinutes: utcOffsetMinutes))
        for place in columns.indices {
            let profit = Self.total(columns[place]) { !$0.kind.isOfPosition }
            columns[place].sums[chart.profit, default: 0] -= profit
        }
        let figures = ReportWriter(store, ledger)
        var report = statement("branchbook.position/1", "Balance sheet", columns)
        let lines = Self.lines(columns).filter(\.kind.isOfPosition)
        var isBalanced = true
        for (kinds, title) in [
            ([AccountClass.asset], "Assets"), ([.liability, .equity], "Liabilities and capital"),
        ] {
            for line in lines where kinds.contains(line.kind) {
                report.rows.append(
                    row(line.kind.rawValue, line.code, line.title, columns) {
                        let net = $0.sums[line] ?? 0
                        return figures.money(line.kind.isDebit ? net : -net)
                    })
            }
            report.rows.append(
                row("total", nil, title, columns) { column in
                    let sum = Self.total(column) { kinds.contains($0.kind) }
                    return figures.money(kinds == [.asset] ? -sum : sum)
                })
        }
        for column in columns {
            isBalanced = isBalanced && Self.total(column) { $0.kind.isOfPosition } == 0
        }
        report.facts += [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("balanced", "Balanced", .flag(isBalanced)),
        ]
        report.notes = scopesMissing(standing, of: Set(columns.flatMap(\.branches)))
        return report
    }

    // MARK: Columns

    func branches(
        _ filter: StatementFilter, _ standing: Standing
    ) throws -> Set<BranchCode> {
        try branches(filter.branches, ofEntity: filter.entity, standing)
    }

    /// Those that are named, or else those of the entity, or else all.
    func branches(
        _ names: [String], ofEntity entity: String?, _ standing: Standing
    ) throws -> Set<BranchCode> {
        let named = Set(try names.map { try known($0, standing) })
        guard let entity else {
            return named.isEmpty ? Set(standing.roster.branches.keys) : named
        }
        let own = try branches(ofEntity: entity, standing)
        guard let other = named.subtracting(own).min() else { return named.isEmpty ? own : named }
        throw Refusal(.badOption, "\(other) is no branch of \(entity)")
    }

    func span(_ filter: StatementFilter) throws -> (Day?, Day?) {
        let (from, to) = (
            try filter.from.map { try Planner.day($0) }, try filter.to.map { try Planner.day($0) }
        )
        if let from, let to, from > to {
            throw Refusal(.badDate, "\(from) is after \(to)")
        }
        return (from, to)
    }

    func columns(
        _ filter: StatementFilter, _ standing: Standing, from: Day?, to: Day?
    ) throws -> [Column] {
        let only = try branches(filter, standing)
        var columns: [Column] = []
        if filter.byBranch {
            columns = only.sorted().map {
                Column(key: $0.text, label: $0.text, branches: [$0], from: from, to: to)
            }
        }
        if filter.byEntity {
            for entity in standing.roster.entities.keys.sorted() {
                let own = try branches(ofEntity: entity, standing).intersection(only)
                guard !own.isEmpty else { continue }
                columns.append(
                    Column(
                        key: "entity \(entity)", label: entity, branches: own, from: from, to: to))
            }
        }
        columns.append(Column(key: "amount", label: "Amount", branches: only, from: from, to: to))
        if let (begin, end) = try compared(filter, beside: from) {
            columns.append(
                Column(key: "before", label: "Before", branches: only, from: begin, to: end))
        }
        return columns
    }

    /// The span that is shown beside another one; nil where none is asked for.
    func compared(
        _ filter: StatementFilter, beside from: Day?
    ) throws -> (from: Day?, to: Day)? {
        guard let end = try filter.compareTo.map({ try Planner.day($0) }) else { return nil }
        let begin = try filter.compareFrom.map { try Planner.day($0) }
        guard (begin == nil) == (from == nil), begin.map({ $0 <= end }) ?? true else {
            throw Refusal(.badDate, "what it is compared with is no span of the same kind")
        }
        return (begin, end)
    }

    /// Fills the columns; each span is read once.
    ///
    /// - Parameter today: whose rates a balance sheet goes by that is of no day.
    private func summed(
        _ columns: [Column], _ chart: OwnChart, _ ledger: Ledger, on today: Day? = nil,
        withYearEnds: Bool = true
    ) throws -> [Column] {
        struct Span: Hashable {
            let from: Day?
            let to: Day?
        }
        try foldCosts()
        var read: [Span: [BranchCode: [Account: Store.Turnover]]] = [:]
        // What is sold to a branch that is not read here is sold.
        let standing = try needStanding()
        let others = Set(columns.flatMap(\.branches)).filter {
            standing.currencies[$0] != ledger.currency
        }
        var translated: [Day?: [BranchCode: TranslatedBranch]] = [:]
        if withYearEnds, !others.isEmpty {
            translated = try self.translated(others, upTo: columns.map(\.to), on: today)
        }
        var moved: [Span: [BranchCode: [Account: Store.Turnover]]] = [:]
        let readable = Set(standing.keyring.scopes)
        return try columns.map { column in
            var column = column
            let within = column.branches.filter {
                readable.contains(.trade($0)) && readable.contains(.money($0))
            }
            let span = Span(from: column.from, to: column.to)
            let found = try read[span] ?? turnovers(from: column.from, to: column.to)
            read[span] = found
            var sold = Int128(0)
            if withYearEnds {
                addTranslated(translated[column.to] ?? [:], to: &column, chart)
            } else if !others.isEmpty {
                let found =
                    try moved[span] ?? translatedMoves(others, from: column.from, to: column.to)
                moved[span] = found
                sold = addTranslatedMoves(found, within: within, to: &column, chart)
            }
            for branch in column.branches.subtracting(others) {
                for (account, turnover) in found[branch] ?? [:] {
                    guard withYearEnds || !account.isSold(within: within),
                        let line = Self.line(
                            of: account, chart, in: column.branches,
                            holding: withYearEnds ? turnover.net : nil)
                    else { continue }
                    column.sums[line, default: 0] += turnover.net
                }
                guard !withYearEnds else { continue }
                for (account, amount) in try store.yearEnds(
                    of: branch, from: column.from, to: column.to)
                {
                    guard !account.isSold(within: within),
                        let line = chart.line(of: account)
                    else { continue }
                    column.sums[line, default: 0] -= Int128(amount)
                }
            }
            try eliminate(
                &column, within, chart, ledger, isPosition: withYearEnds, translated: sold)
            return column
        }
    }

    /// What two branches of one column owe each other cancels; the rest is between them.
    ///
    /// - Parameter balance: in a balance sheet, what is on the account: customers in credit are owed to, suppliers in debit
    ///   owe.
    static func line(
        of account: Account, _ chart: OwnChart, in branches: Set<BranchCode>,
        holding balance: Int128?
    ) -> ChartLine? {
        if case .side(_, let other) = account.place, branches.contains(other),
            [.dueFrom, .dueTo].contains(account.root)
        {
            return chart.betweenBranches
        }
        return balance.map { chart.line(of: account, holding: $0) } ?? chart.line(of: account)
    }

    /// Debits and credits by branch and account, those that the cost fold derives as well: in what each branch keeps its
    /// books in. A bridge between two scopes that are both read is there only where half a document remains on it. Pools are
    /// to be folded before.
    func turnovers(from: Day?, to: Day?) throws -> [BranchCode: [Account: Store.Turnover]] {
        let (standing, _) = try needLedger()
        let read = Set(standing.keyring.scopes)
        var found: [BranchCode: [Account: Store.Turnover]] = [:]
        var bridges: [BranchCode: [Account: Int128]] = [:]
        // Of each branch what is of its own currency, and what others are carried at in that.
        for currency in standing.currencies.all {
            for (key, turnover) in try store.turnover(of: currency, from: from, to: to) {
                guard let account = Account(key.account), let scope = Scope(key.scope),
                    let owner = account.owner(in: scope), standing.currencies[owner] == currency
                else { continue }
                if let bridge = account.bridge(in: scope, of: read) {
                    bridges[owner, default: [:]][bridge, default: 0] += turnover.net
                } else {
                    found[owner, default: [:]][account, default: Store.Turnover()].add(turnover)
                }
            }
        }
        for (owner, accounts) in bridges {
            for (account, net) in accounts where net != 0 {
                found[owner, default: [:]][account, default: Store.Turnover()].add(net)
            }
        }
        var derived: [String: Int128] = [:]
        for row in try store.derived(upTo: to) {
            guard let branch = BranchCode(row.branch) else { continue }
            for (account, amount) in row.accounts(branch) { derived[account, default: 0] += amount }
        }
        if let from {
            for row in try store.derived(upTo: Day(number: from.number &- 1)) {
                guard let branch = BranchCode(row.branch) else { continue }
                for (account, amount) in row.accounts(branch) {
                    derived[account, default: 0] -= amount
                }
            }
        }
        for (name, amount) in derived where amount != 0 {
            guard let account = Account(name), case .branch(let owner) = account.place else {
                continue
            }
            found[owner, default: [:]][account, default: Store.Turnover()].add(amount)
        }
        return found
    }

    // MARK: Rows

    private static func lines(_ columns: [Column]) -> [ChartLine] {
        Set(columns.flatMap { $0.sums.filter { $0.value != 0 }.keys }).sorted()
    }

    /// What is had or earned, less what is owed or spent.
    private static func total(_ column: Column, _ isIn: (ChartLine) -> Bool) -> Int128 {
        column.sums.reduce(0) { isIn($1.key) ? $0 - $1.value : $0 }
    }

    func statement(_ schema: String, _ title: String, _ columns: [Column]) -> Report {
        let last = columns.last { $0.key == "amount" }
        let days = [last?.from, last?.to].compactMap { $0?.description }.joined(separator: " – ")
        return Report(
            schema: schema, title: title,
            columns: [.text("kind", "Kind"), .text("code", "Code"), .text("line", "Heading")]
                + columns.map { .number($0.key, $0.label) },
            facts: [.init("days", "Days", .text(days.isEmpty ? "all" : days))])
    }

    private func row(
        _ kind: String, _ code: String?, _ title: String, _ columns: [Column],
        _ figure: (Column) -> Report.Cell
    ) -> [Report.Cell] {
        [.text(kind), .optional(code), .text(title)] + columns.map(figure)
    }
}
