import GRDB
import Replica
import Wire

/// What the sales of a day are kept by: one of item, hour and customer alone, or all of them, which answers what is asked for by
/// several at once.
enum SoldTelling: String, CaseIterable {
    case item, hour, customer, line
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
        // Of one item the postings are fewer.
        default: item == nil ? .line : nil
        }
    }

    func question(_ telling: SoldTelling) -> KeptQuestion {
        var name = "sold-\(telling.rawValue)"
        if telling == .hour || telling == .line { name += "-\(utcOffsetMinutes)" }
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
        query.byHour = telling == .hour || telling == .line
        query.byCustomer = telling == .customer || telling == .line
        query.byItem = telling == .item || telling == .line
        query.utcOffsetMinutes = utcOffsetMinutes
        return query
    }
}

extension SoldTold {
    /// Hour by hour and customer by customer: their rows by item. Nothing is left out of these, since what is depends on by what
    /// they are told.
    static func lines(_ sums: [SoldTold: Store.SoldRow]) -> [UInt8] {
        var writer = ByteWriter(reserving: sums.count * 12)
        let rows = sums.sorted { $0.key.isBefore($1.key, byHour: true) }
        var first = 0
        while first < rows.count {
            let told = rows[first].key
            let end =
                rows[first...].firstIndex {
                    $0.key.hour != told.hour || $0.key.customer != told.customer
                } ?? rows.count
            writer.signed(Int64(told.hour ?? 0))
            writer.byte(told.customer == nil ? 0 : 1)
            if let customer = told.customer { writer.text(customer) }
            writer.length(end - first)
            var last: Int64 = 0
            for (told, row) in rows[first..<end] {
                writer.signed((told.item ?? 0) - last)
                last = told.item ?? 0
                for figure in [row.quantity, row.revenue, row.cost, row.uncosted] {
                    writer.sum(figure)
                }
            }
            first = end
        }
        return writer.bytes
    }

    /// The rows of `lines` by what is asked for.
    static func addLines(
        _ bytes: [UInt8], _ query: Store.SoldQuery, _ day: Int32, to table: inout SoldTable
    ) throws {
        let mark = table.mark
        var reader = KeptReader(bytes)
        while !reader.isAtEnd {
            let hour = Int8(truncatingIfNeeded: try reader.signed())
            let name = try reader.byte() == 1 ? try reader.text() : nil
            let customer = table.customer(query.byCustomer ? name : nil)
            var last: Int64 = 0
            for _ in 0..<(try reader.length()) {
                last &+= try reader.signed()
                var row = Store.SoldRow()
                row.quantity = try reader.sum()
                row.revenue = try reader.sum()
                row.cost = try reader.sum()
                row.uncosted = try reader.sum()
                let key = SoldTable.Key(
                    item: table.item(query.byItem && last != 0 ? last : nil), customer: customer,
                    day: day, hour: query.byHour ? hour : -1)
                table.append(key, row)
            }
        }
        table.leaveOutUncosted(since: mark)
    }

    static func bytes(_ sums: [SoldTold: Store.SoldRow], _ telling: SoldTelling) -> [UInt8] {
        var writer = ByteWriter(reserving: sums.count * 16)
        var last: Int64 = 0
        for (told, row) in sums.sorted(by: { $0.key.isBefore($1.key, byHour: false) }) {
            switch telling {
            case .item:
                // Zero is no item: ids begin with one.
                writer.signed((told.item ?? 0) - last)
                last = told.item ?? 0
            case .hour: writer.signed(Int64(told.hour ?? 0))
            case .customer:
                writer.byte(told.customer == nil ? 0 : 1)
                if let customer = told.customer { writer.text(customer) }
            case .line: break
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
        var reader = KeptReader(bytes)
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
                let customer = isNamed ? try reader.text() : nil
                told = SoldTold(item: nil, hour: nil, customer: customer)
            case .line: throw StoreError.damaged("kept_day")
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

    private func isBefore(_ other: Self, byHour: Bool) -> Bool {
        if byHour {
            if hour != other.hour { return (hour ?? 0) < (other.hour ?? 0) }
            if customer != other.customer { return isCustomerBefore(other) }
            return (item ?? 0) < (other.item ?? 0)
        }
        if item != other.item { return (item ?? 0) < (other.item ?? 0) }
        if hour != other.hour { return (hour ?? 0) < (other.hour ?? 0) }
        return isCustomerBefore(other)
    }

    private func isCustomerBefore(_ other: Self) -> Bool {
        guard let customer, let next = other.customer else { return other.customer != nil }
        return customer < next
    }
}
