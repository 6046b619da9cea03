import Books
import Replica
import Store

/// Where money came from and went to (现金流量表), by the direct method.
extension Engine {
    /// Opening, what came and went for what, closing: of accounts of money alone.
    func cash(_ filter: StatementFilter) throws -> Report {
        let (standing, _) = try needLedger()
        let ledger = try tableLedger(try branches(filter, standing), standing)
        let (from, to) = try span(filter)
        guard let to, let from else {
            throw Refusal(
                .badDate, "a cash flow is of a span", next: "give --from and --to, or --month")
        }
        let columns = try columns(filter, standing, from: from, to: to)
        let figures = ReportWriter(store, ledger)
        var report = statement("branchbook.cash/1", "Cash flow", columns)
        var known: [ClosedRange<Day>: Flows] = [:]
        let flows = try columns.map { column in
            guard let from = column.from, let to = column.to, from <= to else { return Flows() }
            let read = try known[from...to] ?? moneyFlows(from: from, to: to, ledger)
            known[from...to] = read
            return read.of(column.branches)
        }
        func line(
            _ kind: String, _ title: String, _ figure: (Flows) -> Int128
        ) -> [Report.Cell] {
            [.text(kind), .empty, .text(title)] + flows.map { figures.money(figure($0)) }
        }
        report.rows.append(line("total", "Cash at the beginning") { $0.opening })
        for flow in CashLine.allCases where flows.contains(where: { $0.lines[flow] ?? 0 != 0 }) {
            report.rows.append(line("cash", flow.title) { $0.lines[flow] ?? 0 })
        }
        report.rows.append(line("total", "Cash at the end") { $0.closing })
        let agrees = flows.allSatisfy { $0.opening + $0.lines.values.reduce(0, +) == $0.closing }
        report.facts += [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("agrees", "Agrees", .flag(agrees)),
        ]
        report.notes = scopesMissing(standing, of: Set(columns.flatMap(\.branches)))
        return report
    }

    /// What moved on the accounts of money of branches.
    private struct Flows {
        var openings: [BranchCode: Int128] = [:]
        var moved: [BranchCode: CashFlow.Lines] = [:]
        var closings: [BranchCode: Int128] = [:]
        private(set) var opening = Int128(0)
        private(set) var lines: CashFlow.Lines = [:]
        private(set) var closing = Int128(0)
        /// Those that keep their books in another currency than the table's: what rates made of what they had is a line.
        var translated: Set<BranchCode> = []

        func of(_ branches: Set<BranchCode>) -> Flows {
            var sum = self
            for branch in branches {
                sum.opening += openings[branch] ?? 0
                sum.closing += closings[branch] ?? 0
                for (line, amount) in moved[branch] ?? [:] { sum.lines[line, default: 0] += amount }
                guard translated.contains(branch) else { continue }
                let lines = moved[branch]?.values.reduce(Int128(0), +) ?? 0
                sum.lines[.rates, default: 0] +=
                    (closings[branch] ?? 0) - (openings[branch] ?? 0) - lines
            }
            return sum
        }
    }

    /// Cost: what is kept of each day of the span, and the sums by month before it.
    private func moneyFlows(from: Day, to: Day, _ ledger: Ledger) throws -> Flows {
        var flows = Flows()
        let (standing, _) = try needLedger()
        let currencies = standing.currencies
        flows.openings = try money(ledger, standing, upTo: Day(number: from.number &- 1))
        flows.closings = try money(ledger, standing, upTo: to)
        flows.moved = try store.cashFlow(of: currencies, from: from, to: to)
        guard ledger.isBook, !currencies.others.isEmpty else { return flows }
        flows.translated = Set(currencies.others.keys)
        let translated = try translatedCash(from: from, to: to)
        for branch in flows.translated { flows.moved[branch] = translated[branch] }
        return flows
    }

    /// What stood on accounts of money at the end of a day, by branch. The cost fold derives nothing there.
    private func money(
        _ ledger: Ledger, _ standing: Standing, upTo day: Day
    ) throws -> [BranchCode: Int128] {
        var sums: [BranchCode: Int128] = [:]
        for currency in standing.currencies.all {
            for (key, turnover) in try store.turnover(of: currency, to: day) {
                guard let account = Account(key.account), account.isMoney,
                    case .branch(let branch) = account.place,
                    standing.currencies[branch] == currency
                else { continue }
                sums[branch, default: 0] += turnover.net
            }
        }
        guard ledger.isBook else { return sums }
        for (branch, code) in standing.currencies.others {
            guard let sum = sums[branch], sum != 0 else { continue }
            sums[branch] = try Amount.converted(
                sum, rate: rate(of: code, in: ledger, on: day), scale: ledger.scale(of: code),
                to: ledger.scale)
        }
        return sums
    }
}
