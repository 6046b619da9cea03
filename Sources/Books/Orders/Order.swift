package import Replica

/// An order: a fold over its events and the documents that fulfil it. No step of it depends on the
/// order in which events arrive, or on a clock: each is about one version of the lines, and what ends an
/// order ends it whatever was done beside it.
package struct Order: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case draft, quoted, submitted, refused, approved, placed
        case partDone = "part done"
        case done, closed, cancelled

        /// Is nothing more expected of it?
        package var isOver: Bool { self == .done || self == .closed || self == .cancelled }
    }

    /// Which version of the lines: the greatest counts. Two nodes that wrote one beside each other give
    /// it one number and their own letters.
    package struct Version: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let number: Int64
        package let series: String

        package static func < (a: Self, b: Self) -> Bool {
            (a.number, a.series) < (b.number, b.series)
        }
        package var description: String { "\(number) \(series)" }

        package init(number: Int64, series: String) {
            self.number = number
            self.series = series
        }

        init?(_ text: String?) {
            guard let parts = text?.split(separator: " "), parts.count == 2,
                let number = Int64(parts[0])
            else { return nil }
            self.init(number: number, series: String(parts[1]))
        }
    }

    /// Who did it, on which day, and why.
    package struct Mark: Hashable, Sendable {
        package let person: String
        package let day: Day
        package let reason: String?
    }

    package struct Approval: Hashable, Sendable {
        package let step: String
        package let mark: Mark
        /// For whom, where somebody acted as a deputy.
        package let behalf: String?
    }

    /// What was done with one version.
    package struct Content: Hashable, Sendable {
        package var writer: Mark?
        /// By line number.
        package var lines: [Int64: OrderLine] = [:]
        package var quoted: Mark?
        package var submitted: Mark?
        package var approvals: [Approval] = []
        package var refused: Mark?
        package var withdrawn: Mark?
        package var placed: Mark?
    }

    package let number: DocumentNumber
    package let kind: OrderForm.Kind
    package let opened: Mark
    /// The supplier, the customer, or the branch that has the goods.
    package let party: String
    package let workflow: Workflow
    /// When the goods are expected, or up to when an offer holds.
    package let due: Day?
    /// Of a sale: the branch from whose shelf it was sold, on a quota.
    package let shelf: BranchCode?
    package let location: String
    package let isTaxIncluded: Bool
    package let memo: String?
    /// In which its prices are; the book's own where nil.
    package let currency: CurrencyCode?
    /// What one unit of that was worth when it was opened, as the catalog had it, in millionths: by it limits of the workflow
    /// are asked.
    package let rateMillionths: Int64?
    package private(set) var versions: [Version: Content] = [:]
    package private(set) var cancelled: Mark?
    package private(set) var closed: Mark?
    /// Base units that documents fulfilled, and what came back of them.
    package internal(set) var fulfilled: [ItemCode: Int128]
    package let returned: [ItemCode: Int128]
    /// What is kept for it, by account.
    package let reserved: [Account: [ItemCode: Int128]]
    /// The last day on which it is kept.
    package private(set) var reservedUntil: Day?
}

extension Order {
    package enum Event {
        package static let opened = Replica.Event.openingKind, written = "written"
        /// In the branch's money: what the lines of a purchase cost.
        package static let priced = "priced"
        package static let quoted = "quoted", submitted = "submitted", placed = "placed"
        package static let approved = Replica.Event.approvalKind
        package static let refused = Replica.Event.refusalKind
        package static let withdrawn = Replica.Event.withdrawalKind
        package static let cancelled = "cancelled", closed = Replica.Event.closingKind
        package static let reserved = "reserved"
    }

    enum Field {
        static let party = "party", workflow = "workflow", workflowVersion = "workflow-version"
        static let due = "due", location = "location", taxIncluded = "tax-included"
        static let memo = "memo", version = "version", step = "step", behalf = "for"
        static let reason = "reason", shelf = "shelf"
        static let currency = "currency", rate = "rate"
        /// Before the number of a line: its rate of tax in millionths.
        static let tax = "tax:"
    }

    package static let prefix = Replica.Event.orderPrefix

    package static func entity(_ number: DocumentNumber) -> String { prefix + number.description }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(prefix.count)).flatMap {
            OrderForm.Kind($0.kind) == nil ? nil : $0
        }
    }

    /// Nil where it was never opened, or the number is none of an order.
    package init?(
        _ number: DocumentNumber, _ events: [Replica.Event],
        fulfilled: [ItemCode: Int128] = [:], returned: [ItemCode: Int128] = [:],
        reserved: [Account: [ItemCode: Int128]] = [:]
    ) {
        guard let kind = OrderForm.Kind(number.kind),
            let first = events.first(where: { $0.kind == Event.opened }),
            let party = first[Field.party]?.text
        else { return nil }
        self.number = number
        self.kind = kind
        self.party = party
        opened = Mark(first)
        workflow = Workflow(
            version: first[Field.workflowVersion]?.integer ?? 0,
            text: first[Field.workflow]?.text ?? "")
        due = first[Field.due]?.text.flatMap { Day($0) }
        shelf = first[Field.shelf]?.text.flatMap { BranchCode($0) }
        location = first[Field.location]?.text ?? LocationFacts.main
        isTaxIncluded = first[Field.taxIncluded]?.integer == 1
        memo = first[Field.memo]?.text
        currency = first[Field.currency]?.text.flatMap { CurrencyCode($0) }
        // A currency that makes no sense is not the book's own.
        if first[Field.currency] != nil, currency == nil { return nil }
        rateMillionths = first[Field.rate]?.integer
        self.fulfilled = fulfilled
        self.returned = returned
        self.reserved = reserved
        var prices: [Version: [Price]] = [:]
        for event in events { apply(event, &prices) }
        for (version, prices) in prices {
            for price in prices {
                if let millionths = price.millionths {
                    versions[version]?.lines[price.line]?.millionths = millionths
                }
                if let tax = price.tax { versions[version]?.lines[price.line]?.tax = tax }
            }
        }
        // Who did a thing first says so, whichever event came first.
        for version in versions.keys { versions[version]?.approvals.sort { $0.key < $1.key } }
    }

    /// What is said of a line where not everybody reads it.
    private struct Price {
        let line: Int64
        var millionths: Int64?
        var tax: Int64?

        init?(_ field: Replica.Event.Field) {
            guard let value = field.value.integer else { return nil }
            if field.name.hasPrefix(Field.tax) {
                guard let line = Int64(field.name.dropFirst(Field.tax.count)) else { return nil }
                (self.line, tax) = (line, value)
            } else {
                guard let line = Int64(field.name) else { return nil }
                (self.line, millionths) = (line, value)
            }
        }
    }

    private mutating func apply(
        _ event: Replica.Event, _ prices: inout [Version: [Price]]
    ) {
        let mark = Mark(event)
        switch event.kind {
        case Event.cancelled: cancelled = .first(cancelled, mark)
        case Event.closed: closed = .first(closed, mark)
        case Event.reserved:
            guard let until = event[Field.due]?.text.flatMap({ Day($0) }) else { return }
            reservedUntil = max(reservedUntil ?? until, until)
        default:
            guard let version = Version(event[Field.version]?.text) else { return }
            if event.kind == Event.priced {
                prices[version, default: []] += event.fields.compactMap { Price($0) }
            } else {
                versions[version, default: Content()].apply(event, mark)
            }
        }
    }
}

extension Order.Content {
    fileprivate mutating func apply(_ event: Event, _ mark: Order.Mark) {
        switch event.kind {
        case Order.Event.written:
            writer = .first(writer, mark)
            for field in event.fields {
                guard let line = Int64(field.name),
                    let read = field.value.text.flatMap({ OrderLine($0) })
                else { continue }
                lines[line] = read
            }
        case Order.Event.quoted: quoted = .first(quoted, mark)
        case Order.Event.submitted: submitted = .first(submitted, mark)
        case Order.Event.refused: refused = .first(refused, mark)
        case Order.Event.withdrawn: withdrawn = .first(withdrawn, mark)
        case Order.Event.placed: placed = .first(placed, mark)
        case Order.Event.approved:
            guard let step = event[Order.Field.step]?.text else { return }
            let approval = Order.Approval(
                step: step, mark: mark, behalf: event[Order.Field.behalf]?.text)
            if !approvals.contains(approval) { approvals.append(approval) }
        default: break
        }
    }
}

extension Order.Mark {
    fileprivate init(_ event: Event) {
        self.init(
            person: event.person, day: event.effectiveDate,
            reason: event[Order.Field.reason]?.text)
    }

    fileprivate static func first(_ a: Self?, _ b: Self) -> Self {
        guard let a else { return b }
        return (a.day, a.person, a.reason ?? "") <= (b.day, b.person, b.reason ?? "") ? a : b
    }
}

extension Order.Approval {
    fileprivate var key: String { "\(mark.day) \(mark.person) \(step) \(behalf ?? "")" }
}

extension OrderForm.Kind {
    package init?(_ kind: DocumentKind) {
        switch kind {
        case .purchaseOrder: self = .purchase
        case .salesOrder: self = .sale
        case .transferRequest: self = .request
        default: return nil
        }
    }

    package var document: DocumentKind {
        switch self {
        case .purchase: .purchaseOrder
        case .sale: .salesOrder
        case .request: .transferRequest
        }
    }
}
