import Books
import Replica
import Store

/// Where money came from and went to (现金流量表), by the direct method.
extension Engine {
    /// Opening, what came and went for what, closing: of accounts of money alone.
    func cash(_ filter: StatementFilter) throws -> Report {
        let (standing, ledger) = try needLedger()
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

        func of(_ branches: Set<BranchCode>) -> Flows {
            var sum = self
            for branch in branches {
                sum.opening += openings[branch] ?? 0
                sum.closing += closings[branch] ?? 0
                for (line, amount) in moved[branch] ?? [:] { sum.lines[line, default: 0] += amount }
            }
            return sum
        }
    }

    /// Cost: what is kept of each day of the span, and the sums by month before it.
    private func moneyFlows(from: Day, to: Day, _ ledger: Ledger) throws -> Flows {
        var flows = Flows()
        flows.openings = try money(ledger, upTo: Day(number: from.number &- 1))
        flows.closings = try money(ledger, upTo: to)
        flows.moved = try store.cashFlow(of: ledger.currency, from: from, to: to)
        return flows
    }

    /// What stood on accounts of money at the end of a day, by branch. The cost fold derives nothing there.
    private func money(_ ledger: Ledger, upTo day: Day) throws -> [BranchCode: Int128] {
        var sums: [BranchCode: Int128] = [:]
        for (key, turnover) in try store.turnover(of: ledger.currency, to: day) {
            guard let account = Account(key.account), account.isMoney,
                case .branch(let branch) = account.place
            else { continue }
            sums[branch, default: 0] += turnover.net
        }
        return sums
    }
}
