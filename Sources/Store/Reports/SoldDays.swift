import GRDB
import Replica
import Wire

/// What the sales of a day are kept by: one of these alone. What is asked for by several at once is not kept.
enum SoldTelling: String, CaseIterable {
    case item, hour, customer
}

/// By what a sum of sales is told; ids are this store's own.
struct SoldTold: Hashable {
    /// Nil for lines that name no item.
    let item: Int64?
    /// Nil where it was not asked for.
    let hour: Int?
    let customer: String?
}

extension Store.SoldQuery {
    var telling: SoldTelling? {
        switch (byItem || item != nil, byHour, byCustomer) {
        case (_, false, false): .item
        case (false, true, false): .hour
        case (false, false, true): .customer
        default: nil
        }
    }

    func question(_ telling: SoldTelling) -> KeptQuestion {
        var name = "sold-\(telling.rawValue)"
        if telling == .hour { name += "-\(utcOffsetMinutes)" }
        if withWriteOffs { name += "-losses" }
        return KeptQuestion(name: name, branch: branch.text)
    }

    /// What a question asked; nil of another one.
    static func asked(_ question: KeptQuestion) -> (query: Self, telling: SoldTelling)? {
        let parts = question.name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "sold", let branch = BranchCode(question.branch),
            let telling = SoldTelling(rawValue: String(parts[1]))
        else { return nil }
        // West of Greenwich an offset has a sign of its own.
        let offset = parts.dropFirst(2).filter { $0 != "losses" }.joined(separator: "-")
        var query = all(of: branch, telling, utcOffsetMinutes: Int64(offset) ?? 0)
        query.withWriteOffs = parts.last == "losses"
        guard query.question(telling) == question else { return nil }
        return (query, telling)
    }

    /// The whole of a branch's sales, told by one thing.
    static func all(
        of branch: BranchCode, _ telling: SoldTelling, utcOffsetMinutes: Int64
    ) -> Self {
        var query = Self(branch: branch, from: Day(number: 0), to: Day(number: 0))
        query.byHour = telling == .hour
        query.byCustomer = telling == .customer
        query.byItem = telling == .item
        query.utcOffsetMinutes = utcOffsetMinutes
        return query
    }
}

extension SoldTold {
    static func bytes(_ sums: [SoldTold: Store.SoldRow], _ telling: SoldTelling) -> [UInt8] {
        var writer = ByteWriter(reserving: sums.count * 16)
        var last: Int64 = 0
        for (told, row) in sums.sorted(by: { $0.key.isBefore($1.key) }) {
            switch telling {
            case .item:
                // Zero is no item: ids begin with one.
                writer.signed((told.item ?? 0) - last)
                last = told.item ?? 0
            case .hour: writer.signed(Int64(told.hour ?? 0))
            case .customer:
                writer.byte(told.customer == nil ? 0 : 1)
                if let customer = told.customer { writer.text(customer) }
            }
            let figures = [
                row.quantity, row.revenue, row.cost, row.uncosted, row.leftOut.profit,
                row.leftOut.revenue,
            ]
            for figure in figures { writer.sum(figure) }
        }
        return writer.bytes
    }

    static func read(
        _ bytes: [UInt8], _ telling: SoldTelling, _ body: (SoldTold, Store.SoldRow) -> Void
    ) throws {
        var reader = ByteReader(bytes)
        var last: Int64 = 0
        while !reader.isAtEnd {
            let told: SoldTold
            switch telling {
            case .item:
                last &+= try reader.signed()
                told = SoldTold(item: last == 0 ? nil : last, hour: nil, customer: nil)
            case .hour:
                told = SoldTold(item: nil, hour: Int(try reader.signed()), customer: nil)
            case .customer:
                let isNamed = try reader.byte() == 1
                let customer = isNamed ? try reader.text(atMost: bytes.count) : nil
                told = SoldTold(item: nil, hour: nil, customer: customer)
            }
            var row = Store.SoldRow()
            row.quantity = try reader.sum()
            row.revenue = try reader.sum()
            row.cost = try reader.sum()
            row.uncosted = try reader.sum()
            row.leftOut = (try reader.sum(), try reader.sum())
            body(told, row)
        }
    }

    private func isBefore(_ other: Self) -> Bool {
        if item != other.item { return (item ?? 0) < (other.item ?? 0) }
        if hour != other.hour { return (hour ?? 0) < (other.hour ?? 0) }
        guard let customer, let next = other.customer else { return other.customer != nil }
        return customer < next
    }
}
