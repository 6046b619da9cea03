package import Books
import Replica
import Store

/// Which orders a list is of.
package struct OrderFilter: Codable, Hashable, Sendable {
    package var kind: OrderForm.Kind?
    package var branch: String?
    /// Only those of which something is still to be done.
    package var openOnly: Bool

    package init(kind: OrderForm.Kind? = nil, branch: String? = nil, openOnly: Bool = true) {
        self.kind = kind
        self.branch = branch
        self.openOnly = openOnly
    }
}

/// Reports on orders. Each is folded from its events; cost: a look at all orders that are held.
extension Engine {
    private static let ordersMax = 1_000_000

    func order(_ number: DocumentNumber) throws -> Order? {
        try Order.read(
            number, events: { try store.events(of: $0) },
            about: { try store.transactions(about: $0) })
    }

    package func isOver(_ order: Order) -> Bool {
        standing?.ledger.map { order.state($0).isOver } ?? false
    }

    /// In the order of their numbers.
    package func orders(of kind: OrderForm.Kind? = nil) throws -> [Order] {
        try store.entities(prefix: Order.prefix, limit: Self.ordersMax)
            .compactMap { Order.number(ofEntity: $0) }
            .filter { kind == nil || OrderForm.Kind($0.kind) == kind }
            .sorted().compactMap { try order($0) }
    }

    func orders(_ filter: OrderFilter) throws -> Report {
        let (standing, ledger) = try needLedger()
        let only = try filter.branch.map { try known($0, standing) }
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.orders/1", title: "Orders",
            columns: [
                .text("document", "Document"), .text("date", "Date"), .text("kind", "Kind"),
                .text("party", "Party"), .text("state", "State"), .number("lines", "Lines"),
                .number("total", "Total"), .text("due", "Due"), .text("waits", "Waits for"),
                .text("currency", "Currency"),
            ])
        for order in try orders(of: filter.kind) {
            let state = order.state(ledger)
            guard only == nil || order.number.series.branch == only,
                !filter.openOnly || !state.isOver
            else { continue }
            report.rows.append([
                .text(order.number.description), .text(order.opened.day.description),
                .text(order.kind.rawValue), .text(order.party), .text(state.rawValue),
                .integer(Int64(order.lines.count)),
                order.total(ledger).map { figures.foreign($0, order.figures(ledger).currency) }
                    ?? .empty,
                .optional(order.due?.description), .optional(waits(order, ledger)),
                .text(order.figures(ledger).currency.text),
            ])
        }
        report.notes = scopesMissing(standing, only)
        return report
    }

    /// Whose turn it is.
    private func waits(_ order: Order, _ ledger: Ledger) -> String? {
        let owner = order.number.series.branch.text
        switch order.state(ledger) {
        case .draft, .quoted, .refused: return order.content.writer?.person ?? owner
        case .submitted:
            return order.openSteps(ledger).first.map { "\($0.name) by a \($0.role)" }
        case .approved: return order.kind == .request ? order.party : owner
        case .placed, .partDone: return order.kind == .sale ? owner : order.party
        case .done, .closed, .cancelled: return nil
        }
    }

    func order(number text: String) throws -> Report {
        let (_, ledger) = try needLedger()
        guard let number = DocumentNumber(text), let order = try order(number) else {
            throw Refusal(
                .unknownDocument, "there is no order \(text)", next: "see `branchbook order list`")
        }
        var figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.order/1", title: "Order \(number)",
            columns: [
                .text("item", "Item"), .text("name", "Name"), .number("quantity", "Ordered"),
                .text("unit", "Unit"), .number("price", "Price"), .number("worth", "Worth"),
                .number("done", "Done"), .number("outstanding", "Outstanding"),
                .number("reserved", "Reserved"),
            ])
        report.facts = facts(order, ledger, figures)
        var left = order.fulfilled
        var kept: [ItemCode: Int128] = [:]
        for code in order.ordered.keys { kept[code] = order.reserved(code) }
        for line in order.lines {
            // Lines are fulfilled in their order.
            let done = min(max(left[line.item] ?? 0, 0), Int128(line.quantity))
            left[line.item, default: 0] -= done
            let reserved = min(kept[line.item] ?? 0, Int128(line.quantity) - done)
            kept[line.item, default: 0] -= reserved
            let worth = try line.millionths.map {
                try Amount.worth(
                    $0, line.quantity, per: line.per, scale: order.figures(ledger).scale)
            }
            report.rows.append([
                .text(line.item.text), .optional(try itemName(line.item)),
                try figures.quantity(line.quantity, of: line.item.text), .optional(line.pack),
                try unitPrice(line).map { .decimal(Amount.text($0, scale: 6)) } ?? .empty,
                worth.map { figures.foreign($0, order.figures(ledger).currency) } ?? .empty,
                try figures.quantity(done, of: line.item.text),
                try figures.quantity(Int128(line.quantity) - done, of: line.item.text),
                reserved == 0 ? .empty : try figures.quantity(reserved, of: line.item.text),
            ])
        }
        return try withTalk(report, of: number)
    }

    /// Of one of the line's unit, in millionths: what a discount left, rounded.
    private func unitPrice(_ line: OrderLine) throws -> Int64? {
        guard let millionths = line.millionths else { return nil }
        guard let facts = try facts(line.item) else { return millionths }
        let unit =
            line.pack.flatMap { facts.packs[$0]?.quantity } ?? Int64(
                exactly: Planner.power(facts.scale)) ?? line.per
        return try Amount.divide(Int128(millionths) * Int128(unit), by: Int128(line.per))
    }

    private func facts(
        _ order: Order, _ ledger: Ledger, _ figures: ReportWriter
    ) -> [Report.Fact] {
        func said(_ mark: Order.Mark) -> Report.Cell {
            let reason = mark.reason.map { ": \($0)" } ?? ""
            return .text("\(mark.person) \(mark.day)\(reason)")
        }
        var facts: [Report.Fact] = [
            .init("state", "State", .text(order.state(ledger).rawValue)),
            .init("party", "Party", .text(order.party)),
            .init("opened", "Opened by", said(order.opened)),
            .init("version", "Version", .optional(order.current?.description)),
        ]
        if let total = order.total(ledger) {
            let code = order.figures(ledger).currency
            facts.append(.init("total", "Total", figures.foreign(total, code)))
            if code != ledger.currency {
                facts.append(.init("currency", "Currency", .text(code.text)))
            }
        }
        if let due = order.due { facts.append(.init("due", "Due", .text(due.description))) }
        if order.isReserving, let until = order.reservedUntil {
            facts.append(.init("kept", "Kept until", .text(until.description)))
        }
        let content = order.content
        for (key, label, mark) in [
            ("quoted", "Offered by", content.quoted),
            ("submitted", "Submitted by", content.submitted),
        ] {
            if let mark { facts.append(.init(key, label, said(mark))) }
        }
        for (step, approval) in order.steps(ledger) {
            let behalf = approval?.behalf.map { ", for \($0)" } ?? ""
            facts.append(
                .init(
                    "step", step.name,
                    .text(
                        approval.map { "\($0.mark.person)\(behalf) \($0.mark.day)" }
                            ?? "waits for a \(step.role)")))
        }
        for (key, label, mark) in [
            ("refused", "Refused by", content.refused),
            ("withdrawn", "Approval taken back by", content.withdrawn),
            ("placed", "Placed by", content.placed), ("closed", "Closed by", order.closed),
            ("cancelled", "Cancelled by", order.cancelled),
        ] {
            if let mark { facts.append(.init(key, label, said(mark))) }
        }
        return facts
    }

    /// Orders that need a person: what was done beside each other, and what is late.
    func orderExceptions(
        _ orders: [Order], on today: Day, _ ledger: Ledger
    ) throws -> [[Report.Cell]] {
        let people = try store.people()
        var rows: [[Report.Cell]] = []
        func tell(_ kind: String, _ subject: String, _ next: String) {
            rows.append([.text(kind), .text(subject), .empty, .text(next)])
        }
        for order in orders {
            for fault in order.faults(ledger) {
                let (kind, subject, next) = told(fault, of: order)
                tell(kind, subject, next)
            }
            let state = order.state(ledger)
            if let due = order.stepDue(ledger), due < today,
                let step = order.openSteps(ledger).first
            {
                let those = people.filter { $0.roles.contains(step.role) }.map(\.name)
                tell(
                    "order waits", "\(order.number), step \(step.name) due \(due)",
                    "\(those.isEmpty ? "a \(step.role)" : those.joined(separator: ", ")): "
                        + "`branchbook order approve \(order.number)`, or refuse it")
            } else if let due = order.due, due < today, !state.isOver, order.isReleased(ledger) {
                let who = order.content.placed?.person ?? order.opened.person
                tell(
                    "order overdue", "\(order.number) \(order.party), due \(due)",
                    "\(who) asks \(order.party), or `branchbook order close \(order.number)`")
            }
        }
        return rows
    }

    private func told(_ fault: Order.Fault, of order: Order) -> (String, String, String) {
        let number = order.number
        switch fault {
        case .goodsOfCancelled(let items):
            let who = order.cancelled?.person ?? "?"
            let way =
                switch order.kind {
                case .purchase: "send it back: `branchbook sendback --receipt`"
                case .sale: "take it back: `branchbook return --sale`"
                case .request: "send it back, or recall it"
                }
            return (
                "required return",
                "\(number), cancelled by \(who), moved \(Self.names(items))", way
            )
        case .rivals(let series):
            return (
                "two versions", "\(number) was written at \(series.joined(separator: " and "))",
                "write what holds: `branchbook order write \(number)`"
            )
        case .placedOther(let version):
            return (
                "placed as before", "\(number) was placed as version \(version)",
                "tell \(order.party) of the change, or cancel it"
            )
        case .placedUnapproved:
            return (
                "not approved", "\(number) was placed, and an approval is missing",
                "cancel it, or close it when its goods have come"
            )
        case .tooMuch(let items):
            return (
                "more than ordered", "\(number): \(Self.names(items))",
                "send it back, or leave it as it is"
            )
        }
    }

    private static func names(_ items: [ItemCode]) -> String {
        items.prefix(5).map(\.text).joined(separator: ", ")
            + (items.count > 5 ? " and \(items.count - 5) more" : "")
    }

    // MARK: Who approves

    func workflows() throws -> Report {
        let (_, ledger) = try needLedger()
        let figures = ReportWriter(store, ledger)
        var report = Report(
            schema: "branchbook.workflows/1", title: "Workflows",
            columns: [
                .text("kind", "Kind"), .number("version", "Version"), .text("step", "Step"),
                .text("role", "Role"), .number("above", "Above"), .number("days", "Days"),
                .text("people", "People"),
            ])
        let people = try store.people()
        for kind in Workflow.Kind.allCases {
            let workflow = Workflow(values: try store.registers(entity: Workflow.entity(kind)))
            for step in workflow.steps {
                let those = people.filter { $0.roles.contains(step.role) }.map(\.name)
                report.rows.append([
                    .text(kind.rawValue), .integer(workflow.version), .text(step.name),
                    .text(step.role), step.above.map { figures.money($0) } ?? .empty,
                    step.days.map { .integer(Int64($0)) } ?? .empty,
                    .text(those.joined(separator: ", ")),
                ])
            }
        }
        return report
    }
}
