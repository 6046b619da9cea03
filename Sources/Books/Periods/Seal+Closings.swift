package import Replica

extension Seal {
    /// A branch that did not answer, whose books a seal closes: how far whoever sealed held its logs, and how much it said
    /// of what its goods cost.
    package struct Closing: Hashable, Sendable {
        package let branch: BranchCode
        /// The node that sealed, and who.
        package let author: NodeID
        package let person: String
        package let on: Day
        package let heads: [LogID: UInt64]
        /// Items whose costs were told, in `SealedCosts`.
        package let items: Int64

        package init(
            branch: BranchCode, author: NodeID, person: String, on day: Day,
            heads: [LogID: UInt64], items: Int64
        ) {
            self.branch = branch
            self.author = author
            self.person = person
            on = day
            self.heads = heads
            self.items = items
        }
    }

    /// Heads of all branches that one seal closes, so that an event has room for them beside the closes.
    package static let headsMax = 800

    private enum Field { static let heads = "heads:", items = "items:" }

    /// What a seal says of a branch that it closes.
    static func fields(
        closing branch: BranchCode, heads: [LogID: UInt64], items: Int
    ) -> [Event.Field] {
        [.init(Field.items + branch.text, .integer(Int64(items)))]
            + PeriodClose.fields(heads, named: "\(Field.heads)\(branch):")
    }

    /// The branches that one event would close; what cannot be read closes none.
    static func closings(_ said: Said) -> [Closing] {
        said.event.fields.compactMap { field in
            guard field.name.utf8.starts(with: Field.items.utf8),
                let branch = BranchCode(
                    Substring(field.name.utf8.dropFirst(Field.items.utf8.count))),
                let items = field.value.integer, items >= 0,
                let heads = PeriodClose.heads(
                    of: said.event, named: "\(Field.heads)\(branch):")
            else { return nil }
            return Closing(
                branch: branch, author: said.author, person: said.event.person,
                on: said.event.effectiveDate, heads: heads, items: items)
        }
    }
}

/// What the goods of a branch that a seal closes had cost up to its day, as whoever sealed held them: what every replica
/// shows at the end of that day, whatever comes later. Events of `sealed-costs/<day>/<branch>`, where both branches' money
/// is read.
package enum SealedCosts {
    private static let prefix = "sealed-costs/"
    private static let kind = "told"
    private static let itemsInEvent = 60

    package typealias Amounts = [(root: Account.Root, amount: Int128)]

    package static func entity(_ day: Day, _ branch: BranchCode) -> String {
        "\(prefix)\(day)/\(branch)"
    }

    /// - Throws: `BooksError.overflow` for an amount that no posting could hold.
    static func events(
        _ day: Day, _ branch: BranchCode, _ costs: [(item: String, amounts: Amounts)],
        person: String, on today: Day
    ) throws -> [Event] {
        let fields = try costs.map { item, amounts in
            Event.Field(
                "#\(item)",
                .text(
                    try roots.map { root in
                        let sum = amounts.reduce(Int128(0)) {
                            $1.root == root ? $0 + $1.amount : $0
                        }
                        return try Planner.narrow(sum).description
                    }.joined(separator: " ")))
        }
        return stride(from: 0, to: fields.count, by: itemsInEvent).map { first in
            Event(
                entity: entity(day, branch), kind: kind, person: person, effectiveDate: today,
                fields: Array(fields[first..<min(first + itemsInEvent, fields.count)]))
        }
    }

    /// The accounts on which the cost fold puts what it takes out of a pool, in the order in which they are told.
    package static let roots: [Account.Root] = [.costOfSales, .shipped, .writeOff, .variance]

    /// By item, the amounts of `roots`. Of an item that is told twice the first counts; what cannot be read is left out.
    package static func costs(of events: [Event]) -> [String: [Int64]] {
        var found: [String: [Int64]] = [:]
        for event in events where event.kind == kind {
            for field in event.fields {
                guard let item = Commodity(field.name)?.item?.text else { continue }
                let amounts = (field.value.text ?? "").split(separator: " ").compactMap {
                    Int64($0)
                }
                guard amounts.count == roots.count, found[item] == nil else { continue }
                found[item] = amounts
            }
        }
        return found
    }
}
