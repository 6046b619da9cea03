import Books
import Replica
import Store

/// Everything of two sides that should agree, held against each other (自动对账). Where all is well the page is empty; what
/// is on it names the document, the branch, the person, how old it is, what is likely behind it, and what settles it.
extension Engine {
    /// One row of the page.
    struct Difference {
        let check: String
        let subject: String
        var amount: Int128?
        /// In whose currency the amount is; nil for that of the page.
        var ledger: Ledger?
        let cause: String
        var person: String?
        var since: Day?
        let next: String
    }

    func reconcile(branch text: String?, at now: Instant) throws -> Report {
        let (standing, book) = try needLedger()
        let only = try text.map { try known($0, standing) }
        let ledger = only.map { standing.ledger(of: $0) } ?? book
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        try foldCosts()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.reconcile/1", title: "Reconciliation",
            columns: [
                .text("check", "Check"), .text("subject", "Subject"), .number("amount", "Amount"),
                .text("cause", "Likely cause"), .text("person", "Person"),
                .number("days", "Days ago"), .text("next", "What to do"),
            ])
        let balances = try turnovers(from: nil, to: nil)
        let pairs = try pairDifferences(balances, standing, only, on: today)
        var found = try bookDifferences(balances, standing, only)
        found += pairs.differences
        found += try halves(ledger)
        found += try drawers(only)
        let twice = try paymentsTwice(standing, only, today)
        found += twice.differences
        found += try documentsTwice(only)
        found += try reversedTwice(only)
        found += try gaps(standing, only)
        found += try late(only)
        found += currencyDifferences(balances, standing, only)
        found += try closedTwice(standing, only)
        found += try unfitMatches(only)
        found += try invoiceDifferences(only, today)
        found += try entitySaleDifferences(standing, only, today)
        let orders = try orderDifferences(standing, only, today)
        found += orders.differences
        found += try debtDifferences(only)
        found += try moneyDifferences(standing, only, today)
        for row in found {
            report.rows.append([
                .text(row.check), .text(row.subject),
                row.amount.map { figures.named($0, row.ledger ?? ledger) } ?? .empty,
                .text(row.cause), .optional(row.person),
                row.since.map { .integer(Int64(today.number) - Int64($0.number)) } ?? .empty,
                .text(row.next),
            ])
        }
        report.facts = [
            .init("currency", "Currency", .text(ledger.currency.text)),
            .init("differences", "Differences", .integer(Int64(found.count))),
        ]
        func told(_ amount: Int128, _ pair: PairLine) -> String {
            figures.named(amount, standing.ledger(between: pair.from, pair.to)).plain
        }
        for pair in pairs.lines {
            report.notes.append(
                "\(pair.from) is due \(told(pair.due, pair)) from \(pair.to), which owes "
                    + "\(told(pair.owed, pair)): \(told(pair.due - pair.owed, pair)) "
                    + "is on its way or not stated yet")
        }
        report.notes += twice.answered + orders.notes + scopesMissing(standing, only)
        return report
    }

    // MARK: One branch

    /// The ledger of each branch balances, and its inventory is what its pools are worth.
    private func bookDifferences(
        _ all: [BranchCode: [Account: Store.Turnover]], _ standing: Standing, _ only: BranchCode?
    ) throws -> [Difference] {
        let held = Set(standing.keyring.scopes)
        var found: [Difference] = []
        for branch in branches(standing, only)
        where held.contains(.trade(branch)) && held.contains(.money(branch)) {
            let accounts = all[branch] ?? [:]
            let sum = accounts.values.reduce(Int128(0)) { $0 + $1.net }
            let isWhole = branchScopes(branch, standing).allSatisfy(held.contains)
            if sum != 0, isWhole {
                found.append(
                    Difference(
                        check: "ledger", subject: "\(branch)", amount: sum,
                        ledger: standing.ledger(of: branch),
                        cause: "a document of the branch is here in part",
                        next: "`branchbook exceptions`: half a document"))
            }
            let inventory = accounts[.simple(.inventory, branch)]?.net ?? 0
            let pools = try store.poolValue(of: branch)
            if inventory != pools {
                found.append(
                    Difference(
                        check: "stock and ledger", subject: "\(branch)", amount: inventory - pools,
                        ledger: standing.ledger(of: branch),
                        cause: "inventory has a posting that names no item, or a pool has a fault",
                        next: "`branchbook ledger account inventory/\(branch)`"))
            }
        }
        return found
    }

    private func branchScopes(_ branch: BranchCode, _ standing: Standing) -> [Scope] {
        [.trade(branch), .money(branch)]
            + standing.roster.branches.keys.compactMap { BranchPair(branch, $0) }.flatMap {
                [.between($0), .betweenMoney($0)]
            }
    }

    /// Drawers that held another sum than the books.
    private func drawers(_ only: BranchCode?) throws -> [Difference] {
        var found: [Difference] = []
        for shift in try store.shifts(of: only, openOnly: false, limit: 200) {
            guard let closed = shift.closedOn, try !isClosed(closed, shift.number.series.branch)
            else { continue }
            for (drawer, count) in shift.closing.sorted(by: { $0.key < $1.key })
            where count.difference != 0 {
                let code = TillShift.drawer(drawer, of: shift.number.series.branch)?.currency
                found.append(
                    Difference(
                        check: "drawer", subject: "\(shift.number) \(drawer)",
                        // Of another currency `till show` has it.
                        amount: code == nil ? count.difference : nil,
                        ledger: try own(shift.number),
                        cause: count.difference < 0
                            ? "less was counted than the books had: a sale that was not paid, or change"
                            : "more was counted than the books had: a sale that was not entered",
                        person: shift.closedBy, since: closed,
                        next: "`branchbook till show \(shift.number)`; it is on over-short"))
            }
        }
        return found
    }

    private func isClosed(_ day: Day, _ branch: BranchCode) throws -> Bool {
        try store.closes(of: branch).through.map { day <= $0 } ?? false
    }

    // MARK: Twice, or not at all

    private func documentsTwice(_ only: BranchCode?) throws -> [Difference] {
        try store.recordedTwice(limit: Query.limitMax).compactMap { row in
            guard let number = DocumentNumber(row.second),
                only == nil || number.series.branch == only
            else { return nil }
            return Difference(
                check: "recorded twice", subject: "\(row.second) as \(row.first)",
                cause: "both are of \(row.what)", person: try store.person(on: number),
                next: "`branchbook reverse \(row.second)`")
        }
    }

    /// Numbers without a document, of branches that are read whole.
    private func gaps(_ standing: Standing, _ only: BranchCode?) throws -> [Difference] {
        let held = Set(standing.keyring.scopes)
        return try store.numberGaps().compactMap { gap in
            let branch = gap.first.series.branch
            guard only == nil || branch == only,
                branchScopes(branch, standing).allSatisfy(held.contains)
            else { return nil }
            return Difference(
                check: "gap in numbers", subject: "\(gap.first)",
                cause: gap.count == 1
                    ? "no document has this number"
                    : "\(gap.count) numbers have no document, from this on",
                next: "void, lost with a disk, or not here yet: `branchbook exceptions`")
        }
    }

    /// Closes that did not know each other freeze the same costs twice, and two who open one again take them back twice.
    private func closedTwice(
        _ standing: Standing, _ only: BranchCode?
    ) throws -> [Difference] {
        var found: [Difference] = []
        for branch in branches(standing, only) {
            let all = try store.closes(of: branch)
            for close in all where close.isBeside && !close.wasOpened {
                found.append(
                    Difference(
                        check: "closed beside a seal", subject: "\(close.number)",
                        cause:
                            "\(branch) was sealed up to \(close.through) or later without it: it closes "
                            + "nothing, and what it froze stands after the sealed days",
                        person: close.person, since: close.day,
                        next: "close \(branch) for a later day: `branchbook period close`"))
            }
            let closes = all.filter { $0.stands && $0.closing == nil }
            for (place, close) in closes.enumerated() {
                for other in closes[(place + 1)...] {
                    guard let a = close.place, let b = other.place,
                        !other.covers(a.log, a.seq), !close.covers(b.log, b.seq)
                    else { continue }
                    found.append(
                        Difference(
                            check: "closed twice", subject: "\(other.number) as \(close.number)",
                            cause:
                                "\(close.person) and \(other.person) closed beside each other: costs "
                                + "are frozen twice",
                            person: other.person, since: other.day,
                            next: "open both again, and close once: "
                                + "`branchbook period reopen \(other.number)`"))
                }
            }
            for close in closes {
                guard let reopened = close.reopened else { continue }
                found.append(
                    Difference(
                        check: "opened though sealed", subject: "\(close.number)",
                        cause: "\(reopened.person) opened it beside its seal (\(reopened.reason)): "
                            + "what they entered stands after it",
                        person: reopened.person, since: reopened.day,
                        next: "see `branchbook period late`"))
            }
            for (number, count) in try store.reopenings(of: branch) where count > 1 {
                found.append(
                    Difference(
                        check: "opened twice", subject: "\(number)",
                        cause:
                            "two opened it beside each other; costs are right, the end of a year is not",
                        next: "see `branchbook period list`, and enter what is missing of "
                            + "equity/retained by hand"))
            }
        }
        return found
    }

    /// What came after its period was closed.
    private func late(_ only: BranchCode?) throws -> [Difference] {
        var seen: Set<String> = []
        return try store.lateDocuments(limit: Query.limitMax).compactMap { row in
            guard let number = DocumentNumber(row.number),
                only == nil || number.series.branch == only,
                // Of a period that is over by now somebody has looked at it.
                try !isClosed(row.ledger, number.series.branch), seen.insert(row.number).inserted
            else { return nil }
            return Difference(
                check: "late", subject: row.number,
                cause: "of \(row.effective), which was closed before it was known; "
                    + "in the ledger on \(row.ledger)",
                person: row.person, since: row.effective,
                next:
                    "look at it: `branchbook show \(row.number)`; `branchbook period reopen` if it belongs there"
            )
        }
    }
}
