import Books
import Replica

/// The fold of one pool, fed day by day.
///
/// Law: value put in = cost and variance taken out + value held; the quantity is the shelf's.
struct FoldedPool {
    private(set) var pool: CostPool
    private(set) var totals = Totals()
    /// Why a move could not be folded, such as a sum beyond Int64; the move is left out.
    private(set) var fault: String?

    private let linked: LinkedDocuments
    /// Value that acts where goods come in, by the number of the document it is about.
    private var inputs: [String: [CostInput]] = [:]
    /// Value that acts at its own place, the latest first.
    private var lone: [CostInput] = []
    /// Goods of reversed documents whose reversal is yet to come, and how much of it is.
    private var cancelled: [String: (moves: [StockMove], open: Int64)] = [:]
    private var issues: [String: Issue] = [:]
    private var receipts: [String: Receipt] = [:]
    /// How the goods of shipments lay where they came from.
    private let shipped: [String: [CostPool.Layer]]
    /// Stocktakes, the latest first.
    private var counts: [FoldedCount] = []
    private var rows: [CostRow] = []

    struct Totals {
        var costOfSales: Int64 = 0
        var shipped: Int64 = 0
        var writeOff: Int64 = 0
        var variance: Int64 = 0
        var uncostedSold: Int64 = 0
    }

    /// What a sale's goods cost, and how much of it came back.
    private struct Issue {
        var quantity: Int64 = 0
        var cost: Int64 = 0
        var uncosted: Int64 = 0
        var returned: Int64 = 0
        var credited: Int64 = 0
        var uncredited: Int64 = 0
    }

    /// What a receipt brought with all that is known of its value, and how much of it went back.
    private struct Receipt {
        var quantity: Int64 = 0
        var value: Int64 = 0
        var returned: Int64 = 0
        var given: Int64 = 0
    }

    init(
        _ method: CostPool.Method, _ all: [CostInput], linked: LinkedDocuments,
        shipped: [String: [CostPool.Layer]], counts: [FoldedCount]
    ) {
        pool = CostPool(method)
        self.shipped = shipped
        self.counts = counts.sorted { $1.place < $0.place }
        self.linked = linked
        var standing: [CostInput] = []
        for input in all.sorted(by: { $0.place < $1.place }) {
            // A reversal that was one too many goes with what took it back, not with the document.
            let isTakenBack = input.document.number.map(linked.reversed.contains) ?? false
            if input.document.relation == .reverses, let target = input.document.target,
                !isTakenBack,
                let at = standing.firstIndex(where: {
                    $0.document.number == target && $0.amount == -input.amount
                })
            {
                standing.remove(at: at)
            } else {
                standing.append(input)
            }
        }
        for input in standing {
            if let about = input.about.map({ linked.matched[$0] ?? $0 }),
                DocumentNumber(about)?.kind.bringsGoods == true
            {
                inputs[about, default: []].append(input)
            } else {
                lone.append(input)
            }
        }
        lone.reverse()
    }

    /// Folds the moves of one day, and value that acts before or between them.
    mutating func fold(_ day: [StockMove]) -> [CostRow] {
        rows = []
        for move in day.sorted(by: { $0.place < $1.place })
        where move.amount != 0 && !move.document.isCount {
            actBefore(move.place)
            apply(move)
        }
        return rows
    }

    /// Values and counts that act before a move.
    private mutating func actBefore(_ place: FoldPlace) {
        while true {
            let value = lone.last.flatMap { $0.place < place ? $0.place : nil }
            let count = counts.last.flatMap { $0.place < place ? $0.place : nil }
            switch (value, count) {
            case (nil, nil): return
            case (let value?, let count) where count.map({ value < $0 }) ?? true:
                revalue(lone.removeLast(), at: value)
            default: self.count(counts.removeLast())
            }
        }
    }

    /// What a reversal that has not come should have undone, value after the last move, and value
    /// about goods that have not come.
    mutating func foldRest() -> [CostRow] {
        rows = []
        for (_, rest) in cancelled.sorted(by: { $0.key < $1.key }) {
            guard let first = rest.moves.first else { continue }
            let document = DocumentFacts(
                kind: first.document.kind, number: nil, relation: nil, target: nil)
            apply(StockMove(place: first.place, amount: rest.open, of: document))
        }
        cancelled = [:]
        lone = (lone + inputs.values.joined()).sorted { $1.place < $0.place }
        inputs = [:]
        while let next = lone.last {
            if let count = counts.last, count.place < next.place {
                self.count(counts.removeLast())
            } else {
                revalue(lone.removeLast(), at: next.place)
            }
        }
        while let last = counts.popLast() { count(last) }
        return rows
    }

    private mutating func apply(_ move: StockMove) {
        let document = move.document
        if let number = document.number, linked.reversed.contains(number) {
            cancelled[number, default: ([], 0)].moves.append(move)
            cancelled[number, default: ([], 0)].open &+= move.amount
            for input in take(number) { revalue(input, at: input.place) }
            return
        }
        if document.relation == .reverses, let target = document.target,
            let open = cancelled[target]?.open, (open < 0) != (move.amount < 0),
            open.magnitude >= move.amount.magnitude
        {
            cancelled[target]?.open = open &+ move.amount
            if open == -move.amount { cancelled[target] = nil }
            return
        }
        let inputs = document.number.map { take($0) } ?? []
        if move.amount < 0 {
            if document.kind == .supplierReturn { sendBack(move) } else { issue(move) }
            for input in inputs { revalue(input, at: input.place) }
        } else if document.kind == .customerReturn, inputs.isEmpty {
            takeBack(move)
        } else {
            receive(move, inputs)
        }
    }

    private mutating func take(_ number: String) -> [CostInput] {
        inputs.removeValue(forKey: number) ?? []
    }

    private mutating func receive(_ move: StockMove, _ inputs: [CostInput]) {
        var worth = Int128(0)
        for input in inputs { worth += Int128(input.amount) }
        guard let value = Int64(exactly: worth) else { return fail("overflow") }
        let document = move.document
        let layers = document.kind == .arrival ? document.target.flatMap { shipped[$0] } : nil
        guard
            let row = attempt(
                .receive(quantity: move.amount, value: value), at: move.place,
                origin: document.number, layers: layers ?? [])
        else { return }
        if row.variance != 0 { add(move, quantity: 0, row) }
        guard let number = document.number, linked.returned.contains(number) else { return }
        var receipt = receipts[number] ?? Receipt()
        receipt.quantity &+= move.amount
        receipt.value &+= value
        receipts[number] = receipt
    }

    /// Goods that go back on their receipt, at its own cost, exact over all returns of it; else as any
    /// issue.
    private mutating func sendBack(_ move: StockMove) {
        guard move.amount > .min else { return fail("overflow") }
        let count = -move.amount
        var cost: Int64?
        if move.document.relation == .returns, let target = move.document.target,
            var receipt = receipts[target], receipt.quantity - receipt.returned >= count
        {
            receipt.returned += count
            guard
                let due = try? Amount.share(
                    receipt.value, receipt.returned, of: receipt.quantity)
            else { return fail("overflow") }
            cost = due - receipt.given
            receipt.given = due
            receipts[target] = receipt
        }
        let step: CostPool.Move =
            cost.map { .sendBack(quantity: count, cost: $0) } ?? .issue(quantity: count)
        guard let row = attempt(step, at: move.place, origin: move.document.target) else { return }
        add(move, quantity: count, row)
    }

    private mutating func issue(_ move: StockMove) {
        guard move.amount > .min,
            let row = attempt(.issue(quantity: -move.amount), at: move.place)
        else { return }
        add(move, quantity: -move.amount, row)
        guard let number = move.document.number, linked.returned.contains(number) else { return }
        var issue = issues[number] ?? Issue()
        issue.quantity &-= move.amount
        issue.cost &+= row.cost
        issue.uncosted &+= row.uncosted
        issues[number] = issue
    }

    /// A return at its sale's own cost, exact over all returns of that sale; else at the average.
    private mutating func takeBack(_ move: StockMove) {
        var credit: Int64 = 0
        var uncosted: Int64 = 0
        if move.document.relation == .returns, let target = move.document.target,
            var issue = issues[target], issue.quantity - issue.returned >= move.amount
        {
            issue.returned += move.amount
            let (cost, units) = (
                try? Amount.share(issue.cost, issue.returned, of: issue.quantity),
                try? Amount.share(issue.uncosted, issue.returned, of: issue.quantity)
            )
            guard let cost, let units else { return fail("overflow") }
            (credit, uncosted) = (cost - issue.credited, units - issue.uncredited)
            (issue.credited, issue.uncredited) = (cost, units)
            issues[target] = issue
        } else {
            guard let worth = try? pool.worth(of: move.amount) else {
                uncosted = move.amount
                return finishReturn(move, credit: 0, uncosted: uncosted)
            }
            credit = worth
        }
        finishReturn(move, credit: credit, uncosted: uncosted)
    }

    private mutating func finishReturn(_ move: StockMove, credit: Int64, uncosted: Int64) {
        guard
            var row = attempt(
                .receive(quantity: move.amount, value: credit), at: move.place,
                origin: move.document.number)
        else { return }
        row.cost = -credit
        row.uncosted = -uncosted
        add(move, quantity: -move.amount, row)
    }

    /// What a count found more comes in at the average held, what it found less goes out as any issue.
    /// A priced one sets what the goods are worth, whatever was before.
    private mutating func count(_ count: FoldedCount) {
        var sum = CostPool.Row()
        if count.difference > 0 {
            guard let worth = try? pool.worth(of: count.difference) ?? 0,
                let row = attempt(
                    .receive(quantity: count.difference, value: worth), at: count.place,
                    origin: count.number)
            else { return fail("overflow") }
            (sum.cost, sum.variance) = (-worth, row.variance)
        } else if count.difference < 0 {
            guard count.difference > .min,
                let row = attempt(.issue(quantity: -count.difference), at: count.place)
            else { return }
            sum = row
        }
        if let price = count.price, pool.quantity > 0 {
            guard let worth = try? Amount.share(price.value, pool.quantity, of: price.quantity),
                case let (change, over) = worth.subtractingReportingOverflow(pool.value), !over,
                attempt(.revalue(by: change), at: count.place) != nil
            else { return fail("overflow") }
            sum.variance &-= change
        }
        guard sum.cost != 0 || sum.variance != 0 || sum.uncosted != 0 || count.difference != 0
        else { return }
        add(count.place, .count, count.number, quantity: -count.difference, sum)
    }

    private mutating func revalue(_ input: CostInput, at place: FoldPlace) {
        guard let row = attempt(.revalue(by: input.amount), at: place), row.variance != 0 else {
            return
        }
        add(place, .revaluation, input.document.number, quantity: 0, row)
    }

    private mutating func attempt(
        _ move: CostPool.Move, at place: FoldPlace, origin: String? = nil,
        layers: [CostPool.Layer] = []
    ) -> CostPool.Row? {
        do {
            return try pool.apply(
                move, day: Day(number: place.day), origin: origin, layers: layers)
        } catch {
            fail("\(error)")
            return nil
        }
    }

    private mutating func fail(_ reason: String) { fault = fault ?? reason }

    private mutating func add(_ move: StockMove, quantity: Int64, _ row: CostPool.Row) {
        add(move.place, move.document.kind, move.document.number, quantity: quantity, row)
    }

    private mutating func add(
        _ place: FoldPlace, _ kind: DocumentKind, _ number: String?, quantity: Int64,
        _ row: CostPool.Row
    ) {
        rows.append(
            CostRow(
                place: place, kind: kind, number: number, quantity: quantity, cost: row.cost,
                variance: row.variance, uncosted: row.uncosted,
                taken: kind == .shipment ? row.taken : []))
        switch kind {
        case .sale, .customerReturn: totals.costOfSales &+= row.cost
        case .shipment, .repack: totals.shipped &+= row.cost
        // What it is above the credit is the supplier's difference.
        case .supplierReturn: totals.variance &+= row.cost
        default: totals.writeOff &+= row.cost
        }
        totals.variance &+= row.variance
        totals.uncostedSold &+= row.uncosted
    }
}

extension DocumentKind {
    /// Do goods come in with it, whose value may come apart from them?
    fileprivate var bringsGoods: Bool {
        switch self {
        case .goodsReceipt, .arrival, .found, .customerReturn, .repack: true
        default: false
        }
    }
}
