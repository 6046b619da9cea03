import Books
import Replica
import Wire

extension SalesImport {
    /// The next commands, at most `limit`. New items come alone, and nothing comes after them until they
    /// are settled; a return comes once its sale is. Empty while what is unsettled must come first, and
    /// when all that was read is taken.
    package mutating func take(_ limit: Int) -> [Step] {
        let items = takeItems(limit)
        guard items.isEmpty else { return items }
        guard pendingItems.isEmpty else { return [] }
        var steps: [Step] = []
        while steps.count < limit, queueTaken < queue.count {
            var run = queue[queueTaken]
            if let sale = run.sale {
                guard pending[sale] == nil else { break }
                run.linkedNumber = sales.number(of: sale)
            }
            queueTaken += 1
            queuedLines -= run.rows.count
            pending[run.id] = run
            steps.append(Step(id: run.id, command: run.command(rules)))
        }
        if queueTaken == queue.count {
            queue.removeAll(keepingCapacity: true)
            queueTaken = 0
        }
        return steps
    }

    /// Is a command out of which nobody has said what became?
    package var isUnsettled: Bool { !pending.isEmpty || !pendingItems.isEmpty }

    private mutating func takeItems(_ limit: Int) -> [Step] {
        var batches = retriedItems
        retriedItems = []
        for start in stride(from: 0, to: newItems.count, by: Self.itemsPerCommand) {
            batches.append(
                Array(newItems[start..<min(start + Self.itemsPerCommand, newItems.count)]))
        }
        newItems = []
        var steps: [Step] = []
        for batch in batches {
            guard steps.count < limit else {
                retriedItems.append(batch)
                continue
            }
            let id = newID()
            pendingItems[id] = batch
            let named = batch.map { item in
                var item = item
                if item.name == nil { item.name = item.code }
                return item
            }
            steps.append(Step(id: id, command: .addItems(named)))
        }
        return steps
    }

    /// Says what became of a command that was taken. An unknown identity is left aside.
    package mutating func settle(_ id: UInt64, _ outcome: Outcome) {
        if let items = pendingItems.removeValue(forKey: id) {
            settle(items, outcome)
        } else if let run = pending.removeValue(forKey: id) {
            settle(run, outcome)
        }
    }

    /// Items are refused as a whole where one exists: halves find out which. An item that cannot be
    /// added at all shows when its lines are refused.
    private mutating func settle(_ items: [ItemChange], _ outcome: Outcome) {
        guard case .refused = outcome, items.count > 1 else { return }
        let middle = items.count / 2
        retriedItems.append(Array(items[..<middle]))
        retriedItems.append(Array(items[middle...]))
    }

    private mutating func settle(_ run: SalesRun, _ outcome: Outcome) {
        switch outcome {
        case .recorded(let number):
            remember(number, of: run)
            for row in run.rows { book(row, of: run, isRepeated: false) }
        case .alreadyRecorded(let ranges, let number):
            remember(number, of: run)
            var missing: [SalesRow] = []
            for row in run.rows {
                if ranges.isEmpty || ranges.contains(where: { $0.contains(row.ordinal) }) {
                    book(row, of: run, isRepeated: true)
                } else {
                    missing.append(row)
                }
            }
            // Ranges that touch none of the lines: the books contradict themselves.
            if missing.count == run.rows.count {
                refuse(run, Refusal(.alreadyRecorded, "recorded, but not under these lines"))
            } else {
                requeue(missing, of: run)
            }
        case .refused(let refusal):
            let isAboutTheSale: Bool =
                switch refusal.code {
                case .tooMuchReturned, .unknownDocument, .alreadyReversed: true
                default: false
                }
            if isAboutTheSale, run.linkedNumber != nil {
                requeue(run.rows, of: run)
            } else {
                refuse(run, refusal)
            }
        }
    }

    private mutating func remember(_ number: String?, of run: SalesRun) {
        if let number, run.kind == .sale, run.customer != nil {
            sales.setNumber(number, of: run.id)
        }
    }

    private mutating func book(_ row: SalesRow, of run: SalesRun, isRepeated: Bool) {
        tally(row.group) { totals in
            if run.kind.isAdjustment {
                totals.adjusted.add(row.amount)
            } else {
                totals.booked.add(row.amount)
            }
            totals.kinds[run.kind, default: Tally()].add(row.amount)
            if isRepeated { totals.repeated.add(row.amount) }
            if run.linkedNumber != nil { totals.linked.add(row.amount) }
        }
    }

    private mutating func refuse(_ run: SalesRun, _ refusal: Refusal) {
        for row in run.rows {
            reject(row.line, run.invoice.text, refusal, group: row.group, amount: row.amount)
        }
    }

    /// The rows come again before all others, without a link to a sale, as documents without gaps.
    private mutating func requeue(_ rows: [SalesRow], of run: SalesRun) {
        var again: [SalesRun] = []
        for row in rows {
            if let last = again.indices.last,
                again[last].accepts(row, invoice: run.invoice, sale: nil, linesMax: rules.linesMax)
            {
                again[last].rows.append(row)
            } else {
                again.append(
                    SalesRun(
                        id: newID(), invoice: run.invoice, kind: run.kind, day: run.day,
                        customer: run.customer, sale: nil, rows: [row]))
            }
        }
        queuedLines += rows.count
        queue.insert(contentsOf: again, at: queueTaken)
    }
}
