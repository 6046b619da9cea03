import Books
import Replica
import Store

/// Orders, what came or went of them, and invoices, held against each other.
extension Engine {
    static let orderDifferencesMax = 200
    private static let ordersLookedMax = 100_000
    /// Days after which goods of an order should have their invoice.
    private static let orderInvoiceDays: Int32 = 31

    /// Standing invoices of a branch by what they are of.
    private struct Invoiced {
        var of: [DocumentNumber: [Invoice]] = [:]
        /// Suppliers that sent one, and customers that got one.
        var parties: [Invoice.Side: Set<String>] = [.received: [], .issued: []]
    }

    /// Of orders that are not over, and of those of which goods came or went in the last days. Cost: the numbers of all
    /// orders (of the one branch), and the whole of those; of a purchase that is over and older its whole once, and then
    /// again when something of it was written; of an older sale its last day, by index.
    /// - Parameter limit: how many differences; where one of the bounds is reached a note says from which order on.
    func orderDifferences(
        _ standing: Standing, _ only: BranchCode?, _ today: Day,
        limit: Int = orderDifferencesMax
    ) throws -> (differences: [Difference], notes: [String]) {
        let held = Set(standing.keyring.scopes)
        let since = Day(number: today.number &- Self.paymentsDays)
        let tolerance = PriceTolerance.read(
            try store.values(entity: PriceTolerance.entity, attribute: PriceTolerance.attribute))
        var invoiced: [BranchCode: Invoiced] = [:]
        var found: [Difference] = []
        var notes: [String] = []
        let prefix = Order.prefix + (only?.text ?? "")
        var numbers = try store.entities(prefix: prefix, limit: Self.ordersLookedMax + 1)
            .compactMap { Order.number(ofEntity: $0) }.sorted()
        if numbers.count > Self.ordersLookedMax, let last = numbers.popLast() {
            notes.append(Self.notLooked(at: last))
        }
        for number in numbers where number.kind != .transferRequest {
            guard found.count < limit else {
                notes = [Self.notLooked(at: number)]
                break
            }
            let branch = number.series.branch
            guard only == nil || branch == only, held.contains(.trade(branch)) else { continue }
            let ledger = standing.ledger(of: branch)
            let before = found.count
            let invoices = try invoiced[branch] ?? self.invoiced(at: branch)
            invoiced[branch] = invoices
            guard number.kind == .purchaseOrder || invoices.parties[.issued]?.isEmpty == false,
                let order = try newOrder(number, since, ledger)
            else { continue }
            if order.kind == .purchase, held.contains(.money(branch)) {
                let receipts = try receipts(of: order, ledger)
                guard
                    !order.state(ledger).isOver || receipts.contains(where: { $0.day >= since })
                else { continue }
                let match = OrderMatch(order, receipts, tolerance: tolerance, ledger)
                found += try overdue(order, ledger, today)
                found += try surplus(order, match, ledger)
                found += prices(order, match, ledger)
                found += try billed(order, match, invoices, tolerance, ledger)
                found += unbilled(order, match, invoices, ledger, since, today)
            } else if order.kind == .sale {
                found += try undocumented(order, invoices, ledger, since, today)
            }
            for place in before..<found.count { found[place].ledger = ledger }
        }
        return (Array(found.prefix(limit)), notes)
    }

    private static func notLooked(at number: DocumentNumber) -> String {
        "orders from \(number) on were not looked at: there is too much before them; "
            + "look at each branch: `branchbook reconcile --branch`"
    }

    /// Nil for one of which nothing came or went since a day, where it is a sale, or over.
    private func newOrder(
        _ number: DocumentNumber, _ since: Day, _ ledger: Ledger
    ) throws -> Order? {
        guard !store.isOld(number, before: since) else { return nil }
        let last = try store.lastDay(about: number)
        let isRecent = last.map { $0 >= since } ?? false
        if !isRecent, number.kind != .purchaseOrder {
            store.rememberOld(number, lastDay: last)
            return nil
        }
        guard let order = try order(number) else { return nil }
        if !isRecent, order.state(ledger).isOver {
            store.rememberOld(number, lastDay: last)
            return nil
        }
        return order
    }

    private func invoiced(at branch: BranchCode) throws -> Invoiced {
        var invoiced = Invoiced()
        for invoice in try store.invoices()
        where invoice.stands && invoice.number.series.branch == branch {
            guard
                try !store.isReversed(invoice.number)
            else { continue }
            if let party = invoice.party { invoiced.parties[invoice.side]?.insert(party) }
            for document in Set(invoice.documents) {
                invoiced.of[document, default: []].append(invoice)
            }
        }
        return invoiced
    }

    /// Numbers of documents of a kind that did something for an order and stand, in order.
    private func documents(
        of order: Order, _ kind: DocumentKind
    ) throws -> [DocumentNumber] {
        let numbers = Set(
            try store.transactions(about: order.number)
                .filter { $0.document.isOf(.fulfils) && $0.document.kind == kind }
                .compactMap(\.document.number)
                .filter { $0.series.branch == order.number.series.branch })
        return try numbers.sorted().filter {
            try !store.isReversed($0)
        }
    }

    private func receipts(of order: Order, _ ledger: Ledger) throws -> [OrderMatch.Receipt] {
        let code = order.figures(ledger).currency
        return try documents(of: order, .goodsReceipt).compactMap {
            try receipt($0, in: code, ledger)
        }
    }

    private func receipt(
        _ number: DocumentNumber, in code: CurrencyCode, _ ledger: Ledger
    ) throws -> OrderMatch.Receipt? {
        guard let entered = try store.time(of: number) else { return nil }
        return OrderMatch.Receipt(
            number, try store.transactions(of: number), returns: try returns(of: number),
            entered: entered, in: code, own: ledger.currency)
    }

    // MARK: Ordered and received

    private func overdue(_ order: Order, _ ledger: Ledger, _ today: Day) throws -> [Difference] {
        guard let due = order.due, due < today, !order.state(ledger).isOver,
            order.isReleased(ledger)
        else { return [] }
        let missing = order.ordered.keys.filter { order.outstanding($0) > 0 }.sorted()
        return [
            Difference(
                check: "order overdue", subject: "\(order.number) of \(order.party)",
                amount: nil,
                cause: "it was due on \(due), and these have not come: "
                    + missing.prefix(5).map(\.text).joined(separator: ", "),
                person: order.content.placed?.person ?? order.opened.person, since: due,
                next: "ask \(order.party), or `branchbook order close \(order.number)`")
        ]
    }

    private func surplus(
        _ order: Order, _ match: OrderMatch, _ ledger: Ledger
    ) throws -> [Difference] {
        guard order.cancelled == nil, !order.lines.isEmpty else { return [] }
        var figures = ReportWriter(store, ledger)
        var found: [Difference] = []
        for item in order.fulfilled.keys.sorted() {
            let came = (order.fulfilled[item] ?? 0) - (order.returned[item] ?? 0)
            let ordered = order.ordered[item] ?? 0
            guard came > ordered,
                let last = match.receipts.last(where: { $0.goods[item] != nil })
            else { continue }
            let shown = (
                try figures.quantity(came, of: item.text).plain,
                try figures.quantity(ordered, of: item.text).plain
            )
            found.append(
                Difference(
                    check: "ordered and received",
                    subject: "\(last.number) of \(order.number) \(item)",
                    amount: nil,
                    cause: "\(shown.0) came of \(shown.1) that were ordered",
                    person: last.person, since: last.day,
                    next: "`branchbook sendback --receipt \(last.number)`, or "
                        + "`branchbook order write \(order.number)`"))
        }
        return found
    }

    private func prices(
        _ order: Order, _ match: OrderMatch, _ ledger: Ledger
    ) -> [Difference] {
        let shown = figures(of: order, ledger)
        return match.prices.map { price in
            Difference(
                check: "ordered and received",
                subject: "\(price.receipt.number) of \(order.number)"
                    + (price.item.map { " \($0)" } ?? ""),
                amount: shown.isOwn ? price.booked - price.agreed : nil,
                cause:
                    "it came at \(shown.text(price.booked)), and was ordered at "
                    + shown.text(price.agreed),
                person: price.receipt.person, since: price.receipt.day,
                next:
                    "ask \(order.party); `branchbook reverse \(price.receipt.number)` and receive it "
                    + "anew, or `branchbook order write \(order.number)`")
        }
    }

    /// Amounts of an order as its party reads them: of another currency with its name.
    private func figures(
        of order: Order, _ ledger: Ledger
    ) -> (isOwn: Bool, text: (Int128) -> String) {
        let own = order.figures(ledger)
        let isOwn = own == ledger
        return (
            isOwn,
            { Amount.text($0, scale: own.scale) + (isOwn ? "" : " \(own.currency)") }
        )
    }

    // MARK: Received and invoiced

    /// Of all receipts that the invoices of this order are of: what is asked for more than they are worth at the orders' prices.
    private func billed(
        _ order: Order, _ match: OrderMatch, _ invoiced: Invoiced, _ tolerance: Int64,
        _ ledger: Ledger
    ) throws -> [Difference] {
        var invoices: [DocumentNumber: Invoice] = [:]
        for receipt in match.receipts {
            for invoice in invoiced.of[receipt.number] ?? [] where invoice.side == .received {
                invoices[invoice.number] = invoice
            }
        }
        let code = order.figures(ledger).currency
        // What was asked for in another currency than the goods came for is no figure of one kind.
        guard let last = invoices.values.max(by: { $0.number < $1.number }),
            invoices.values.allSatisfy({ ($0.currency ?? ledger.currency) == code })
        else { return [] }
        let all = Array(invoices.values)
        var (asked, worth): (Int128, Int128) = (0, 0)
        for document in Set(all.flatMap(\.documents)) {
            let part =
                try match.receipts.first { $0.number == document }.map {
                    match.worth(of: $0, on: all)
                }
                ?? receipt(document, in: code, ledger).flatMap {
                    OrderMatch.booked(of: $0, on: all)
                }
            guard let part else { return [] }
            worth += part
        }
        for invoice in all { asked += Int128(invoice.net) }
        guard asked > worth, !OrderMatch.isWithin(asked - worth, tolerance, of: worth) else {
            return []
        }
        let shown = figures(of: order, ledger)
        return [
            Difference(
                check: "received and invoiced", subject: "\(last.code) of \(order.number)",
                amount: shown.isOwn ? asked - worth : nil,
                cause: "\(shown.text(asked)) are invoiced of what came for "
                    + shown.text(worth) + " at the order's prices",
                person: last.person, since: last.day,
                next: "ask \(order.party) for a credit note; `branchbook show \(last.number)`")
        ]
    }

    /// Suppliers that sent invoices before are under "no invoice".
    private func unbilled(
        _ order: Order, _ match: OrderMatch, _ invoiced: Invoiced, _ ledger: Ledger,
        _ since: Day, _ today: Day
    ) -> [Difference] {
        let suppliers = invoiced.parties[.received] ?? []
        guard !suppliers.isEmpty, !suppliers.contains(order.party) else { return [] }
        let until = Day(number: today.number &- Self.orderInvoiceDays)
        let isOwn = figures(of: order, ledger).isOwn
        return match.receipts.filter {
            (since...max(since, until)).contains($0.day) && $0.day <= until
                && invoiced.of[$0.number] == nil
        }.map {
            Difference(
                check: "received and invoiced", subject: "\($0.number) of \(order.number)",
                amount: isOwn ? $0.worth : nil,
                cause: "goods of the order came, and their invoice did not",
                person: $0.person, since: $0.day,
                next: "ask \(order.party), or `branchbook invoice enter`")
        }
    }

    /// Delivered to a customer who gets tax invoices, and not on one.
    private func undocumented(
        _ order: Order, _ invoiced: Invoiced, _ ledger: Ledger, _ since: Day, _ today: Day
    ) throws -> [Difference] {
        guard invoiced.parties[.issued]?.contains(order.party) == true else { return [] }
        let until = Day(number: today.number &- Self.orderInvoiceDays)
        return try documents(of: order, .sale).compactMap { number in
            guard invoiced.of[number] == nil,
                let head = try store.transactions(of: number).first?.document,
                head.effectiveDate >= since, head.effectiveDate <= until
            else { return nil }
            return Difference(
                check: "delivered, no invoice", subject: "\(number) of \(order.number)",
                amount: nil,
                cause: "it was delivered to \(order.party), who gets tax invoices",
                person: head.person, since: head.effectiveDate,
                next: "`branchbook invoice issue \(number) --code CODE`")
        }
    }
}
