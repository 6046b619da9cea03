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
        /// Of what was told of its costs, in `SealedCosts`: that alone counts.
        package let costs: [[UInt8]]

        package init(
            branch: BranchCode, author: NodeID, person: String, on day: Day,
            heads: [LogID: UInt64], costs: [[UInt8]]
        ) {
            self.branch = branch
            self.author = author
            self.person = person
            on = day
            self.heads = heads
            self.costs = costs
        }
    }

    /// Heads of all branches that one seal closes, so that an event has room for them beside the closes.
    package static let headsMax = 600

    /// Events that tell their costs.
    package static let costsMax = 240

    private enum Field { static let heads = "heads:", count = "costs:", costs = "cost:" }

    /// Digests in one field.
    private static let digestsInField = 120

    static func fields(_ digests: [[UInt8]], named name: String) -> [Event.Field] {
        stride(from: 0, to: digests.count, by: digestsInField).map { first in
            let those = digests[first..<min(first + digestsInField, digests.count)]
            return .init("\(name)\(first)", .bytes(those.flatMap(\.self)))
        }
    }

    /// Nil where they cannot be read.
    static func digests(of event: Event, named name: String) -> [[UInt8]]? {
        var found: [[UInt8]] = []
        for field in event.fields where field.name.utf8.starts(with: name.utf8) {
            guard case .bytes(let bytes) = field.value, bytes.count % Event.digestBytes == 0 else {
                return nil
            }
            for start in stride(from: 0, to: bytes.count, by: Event.digestBytes) {
                found.append(Array(bytes[start..<start + Event.digestBytes]))
            }
        }
        return found
    }

    /// What a seal says of a branch that it closes.
    static func fields(
        closing branch: BranchCode, heads: [LogID: UInt64], costs: [[UInt8]]
    ) -> [Event.Field] {
        [.init(Field.count + branch.text, .integer(Int64(costs.count)))]
            + PeriodClose.fields(heads, named: "\(Field.heads)\(branch):")
            + fields(costs, named: "\(Field.costs)\(branch):")
    }

    /// The branches that one event would close, each once; what cannot be read closes none.
    static func closings(_ said: Said) -> [Closing] {
        var found: Set<BranchCode> = []
        return said.event.fields.compactMap { field in
            guard field.name.utf8.starts(with: Field.count.utf8),
                let branch = BranchCode(field.name.dropFirst(Field.count.count)),
                let count = field.value.integer,
                let costs = digests(of: said.event, named: "\(Field.costs)\(branch):"),
                count == Int64(costs.count),
                let heads = PeriodClose.heads(
                    of: said.event, named: "\(Field.heads)\(branch):"),
                found.insert(branch).inserted
            else { return nil }
            return Closing(
                branch: branch, author: said.author, person: said.event.person,
                on: said.event.effectiveDate, heads: heads, costs: costs)
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
        let told = try amounts(costs)
        let fields = told.keys.sorted().map { item in
            Event.Field(
                "#\(item)",
                .text((told[item] ?? []).map(\.description).joined(separator: " ")))
        }
        return stride(from: 0, to: fields.count, by: itemsInEvent).map { first in
            Event(
                entity: entity(day, branch), kind: kind, person: person, effectiveDate: today,
                fields: Array(fields[first..<min(first + itemsInEvent, fields.count)]))
        }
    }

    /// By item, the amounts of `roots`; without what cost nothing.
    ///
    /// - Throws: `BooksError.overflow` for an amount that no posting could hold.
    static func amounts(_ costs: [(item: String, amounts: Amounts)]) throws -> [String: [Int64]] {
        var found: [String: [Int64]] = [:]
        for (item, amounts) in costs {
            let sums = try roots.map { root in
                try Planner.narrow(
                    amounts.reduce(Int128(0)) { $1.root == root ? $0 + $1.amount : $0 })
            }
            if sums.contains(where: { $0 != 0 }) { found[item] = sums }
        }
        return found
    }

    /// The accounts on which the cost fold puts what it takes out of a pool, in the order in which they are told.
    package static let roots: [Account.Root] = [.costOfSales, .shipped, .writeOff, .variance]

    /// By item, the amounts of `roots`, of what a closing names and of nothing else that its author said, then or later. Of an
    /// item that is told twice the first counts. Nil where not all of it is here.
    package static func costs(
        of events: [Event], in closing: Seal.Closing
    ) -> [String: [Int64]]? {
        let told = Dictionary(
            events.map { ($0.digest(by: nil), $0) },
            uniquingKeysWith: { first, _ in first })
        var found: [String: [Int64]] = [:]
        for digest in closing.costs {
            guard let event = told[digest] else { return nil }
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
