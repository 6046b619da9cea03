import Replica
import Store

/// Rows of what was sold, put together by what a report tells and in its order.
///
/// Cost: linear in the rows for each dimension, beside sorting the texts of each once.
struct MarginLines {
    /// What a dimension has: each text once, with a place.
    private struct Axis {
        private(set) var texts: [String] = []
        private var places: [String: Int32] = [:]

        mutating func place(of text: String) -> Int32 {
            if let place = places[text] { return place }
            let place = Int32(texts.count)
            texts.append(text)
            places[text] = place
            return place
        }

        /// The rank of each place among the texts.
        var ranks: [Int32] {
            var ranks = [Int32](repeating: 0, count: texts.count)
            for (rank, place) in texts.indices.sorted(by: { texts[$0] < texts[$1] }).enumerated() {
                ranks[place] = Int32(rank)
            }
            return ranks
        }
    }

    private let dimensions: [MarginDimension]
    private var axes: [Axis]
    /// For each dimension the place of each row.
    private var columns: [[Int32]]
    private var tables: [SoldTable] = []
    private(set) var sum = Store.SoldRow()
    private(set) var count = 0
    /// The first of them.
    private(set) var lines: [(place: [String], row: Store.SoldRow)] = []

    /// Up to so many lines each has its place.
    private let directMax: Int

    init(_ dimensions: [MarginDimension], directMax: Int = 1 << 20) {
        self.directMax = directMax
        self.dimensions = dimensions
        axes = dimensions.map { _ in Axis() }
        columns = dimensions.map { _ in [] }
    }

    /// Adds what one branch sold.
    /// - Parameter category: of an item.
    mutating func add(
        _ table: SoldTable, of branch: BranchCode, category: (String) throws -> String
    ) rethrows {
        for (index, dimension) in dimensions.enumerated() {
            var axis = axes[index]
            var column = columns[index]
            column.reserveCapacity(column.count + table.count)
            switch dimension {
            case .branch:
                let place = axis.place(of: branch.text)
                column += repeatElement(place, count: table.count)
            case .item:
                let places = table.items.map { axis.place(of: $0) }
                for row in 0..<table.count { column.append(places[Int(table.key(row).item)]) }
            case .category:
                let places = try table.items.map { axis.place(of: try category($0)) }
                for row in 0..<table.count { column.append(places[Int(table.key(row).item)]) }
            case .customer:
                let places = table.customers.map { axis.place(of: $0) }
                for row in 0..<table.count { column.append(places[Int(table.key(row).customer)]) }
            case .day, .month:
                // Rows come day by day.
                var last: (day: Int32, place: Int32)?
                for row in 0..<table.count {
                    let day = table.key(row).day
                    if let last, last.day == day {
                        column.append(last.place)
                        continue
                    }
                    let text = Day(number: day).description
                    let place = axis.place(
                        of: dimension == .day ? text : String(text.prefix(7)))
                    last = (day, place)
                    column.append(place)
                }
            case .hour:
                for row in 0..<table.count {
                    let hour = table.key(row).hour
                    column.append(
                        axis.place(of: hour < 0 ? "" : hour < 10 ? "0\(hour)" : "\(hour)"))
                }
            }
            axes[index] = axis
            columns[index] = column
        }
        tables.append(table)
    }

    /// Puts the rows together: all of them are summed, the first `limit` lines are told.
    mutating func finish(limit: Int) {
        let ranks = axes.map(\.ranks)
        let keys = keys(by: ranks)
        if let keys, keys.count <= UInt64(max(directMax, 0)) {
            sumDirectly(keys.of, count: Int(keys.count), limit)
        } else if let keys, let parts = parts(of: ranks) {
            sumDealtOut(keys.of, parts: parts.count, rest: parts.rest, limit)
        } else {
            sumInOrder(places(by: ranks), keys?.of, limit)
        }
    }

    /// One number for all that a row is told by, in the order of the texts, and how many there may be; nil where there are too
    /// many.
    private func keys(by ranks: [[Int32]]) -> (of: [UInt64], count: UInt64)? {
        var keys = [UInt64](repeating: 0, count: columns.first?.count ?? 0)
        var count: UInt64 = 1
        for (ranks, column) in zip(ranks, columns) {
            let size = UInt64(ranks.count)
            let (product, over) = count.multipliedReportingOverflow(by: max(size, 1))
            guard !over else { return nil }
            count = product
            for row in keys.indices {
                keys[row] = keys[row] * size + UInt64(ranks[Int(column[row])])
            }
        }
        return (keys, count)
    }

    /// Where there are few lines each has its place, and rows are read as they lie.
    private mutating func sumDirectly(_ keys: [UInt64], count: Int, _ limit: Int) {
        var placeOfKey = [Int32](repeating: -1, count: count)
        var sums: [(first: Int, row: Store.SoldRow)] = []
        var row = 0
        for table in tables.indices {
            for place in 0..<tables[table].count {
                let key = Int(keys[row])
                if placeOfKey[key] < 0 {
                    placeOfKey[key] = Int32(sums.count)
                    sums.append((row, Store.SoldRow()))
                }
                tables[table].add(place, to: &sums[Int(placeOfKey[key])].row)
                row += 1
            }
        }
        for place in placeOfKey where place >= 0 {
            append(sums[Int(place)].first, sums[Int(place)].row, limit)
        }
    }

    /// Where the keys of rows are cut in two, so that there are not too many beginnings and not too many ends; nil where there
    /// is no such place. Both counts.
    private func parts(of ranks: [[Int32]]) -> (count: Int, rest: Int)? {
        var (count, rest) = (1, ranks.reduce(1) { $0 * max($1.count, 1) })
        for ranks in ranks {
            guard count <= directMax else { return nil }
            if rest <= directMax { return (count, rest) }
            count *= max(ranks.count, 1)
            rest /= max(ranks.count, 1)
        }
        return nil
    }

    /// A row on its way to the others that its key begins like.
    private struct Dealt {
        /// What its key ends on.
        var end: Int32 = 0
        /// Its number; below zero, and one less, where its figures do not fit.
        var row: Int32 = 0
        var quantity: Int64 = 0
        var revenue: Int64 = 0
        var cost: Int64 = 0
    }

    /// Rows are dealt out to the beginnings of their keys as they lie, and those of each beginning have places by what
    /// their keys end on: memory is read in its order, where sorted rows would be looked up all over it.
    private mutating func sumDealtOut(_ keys: [UInt64], parts: Int, rest: Int, _ limit: Int) {
        var starts = [Int](repeating: 0, count: parts + 1)
        for key in keys { starts[Int(key) / rest + 1] += 1 }
        for part in 0..<parts { starts[part + 1] += starts[part] }
        var ends: [Int] = []
        for table in tables { ends.append((ends.last ?? 0) + table.count) }
        var next = starts
        var dealt = [Dealt](repeating: Dealt(), count: keys.count)
        var row = 0
        for table in tables {
            for place in 0..<table.count {
                let (part, end) = Int(keys[row]).quotientAndRemainder(dividingBy: rest)
                var own = Dealt(end: Int32(end), row: Int32(row))
                if let figures = table.narrow(place) {
                    (own.quantity, own.revenue, own.cost) = (
                        figures.quantity, figures.revenue, figures.cost
                    )
                } else {
                    own.row = -1 - own.row
                }
                dealt[next[part]] = own
                next[part] += 1
                row += 1
            }
        }
        var placeOfEnd = [Int32](repeating: -1, count: rest)
        var seen: [Int32] = []
        var sums: [(first: Int, row: Store.SoldRow)] = []
        for part in 0..<parts {
            for own in dealt[starts[part]..<starts[part + 1]] {
                let row = Int(own.row < 0 ? -1 - own.row : own.row)
                if placeOfEnd[Int(own.end)] < 0 {
                    placeOfEnd[Int(own.end)] = Int32(sums.count)
                    sums.append((row, Store.SoldRow()))
                    seen.append(own.end)
                }
                let place = Int(placeOfEnd[Int(own.end)])
                if own.row < 0 {
                    let table = ends.firstIndex { row < $0 } ?? 0
                    tables[table].add(
                        row - (table == 0 ? 0 : ends[table - 1]), to: &sums[place].row)
                } else {
                    sums[place].row.quantity += Int128(own.quantity)
                    sums[place].row.revenue += Int128(own.revenue)
                    sums[place].row.cost += Int128(own.cost)
                }
            }
            seen.sort()
            for end in seen {
                let place = Int(placeOfEnd[Int(end)])
                append(sums[place].first, sums[place].row, limit)
                placeOfEnd[Int(end)] = -1
            }
            seen.removeAll(keepingCapacity: true)
            sums.removeAll(keepingCapacity: true)
        }
    }

    /// Where there are nearly as many lines as rows they are sorted.
    private mutating func sumInOrder(_ order: [Int32], _ keys: [UInt64]?, _ limit: Int) {
        var ends: [Int] = []
        for table in tables { ends.append((ends.last ?? 0) + table.count) }
        var first = 0
        while first < order.count {
            let place = Int(order[first])
            var row = Store.SoldRow()
            var next = first
            while next < order.count, isSame(place, Int(order[next]), keys) {
                let place = Int(order[next])
                let table = ends.count == 1 ? 0 : ends.firstIndex { place < $0 } ?? 0
                tables[table].add(place - (table == 0 ? 0 : ends[table - 1]), to: &row)
                next += 1
            }
            append(place, row, limit)
            first = next
        }
    }

    private mutating func append(_ place: Int, _ row: Store.SoldRow, _ limit: Int) {
        sum.add(row)
        count += 1
        guard lines.count < limit else { return }
        lines.append((axes.indices.map { axes[$0].texts[Int(columns[$0][place])] }, row))
    }

    private func isSame(_ a: Int, _ b: Int, _ keys: [UInt64]?) -> Bool {
        if let keys { return keys[a] == keys[b] }
        return columns.allSatisfy { $0[a] == $0[b] }
    }

    /// Rows in the order of the texts of their dimensions: sorted by the last dimension first, and what is equal stays as it was.
    private func places(by ranks: [[Int32]]) -> [Int32] {
        var order = Array(0..<Int32(columns.first?.count ?? 0))
        for (column, ranks) in zip(columns, ranks).reversed() {
            var starts = [Int](repeating: 0, count: ranks.count + 1)
            for place in column { starts[Int(ranks[Int(place)]) + 1] += 1 }
            for rank in ranks.indices { starts[rank + 1] += starts[rank] }
            var next = order
            for row in order {
                let rank = Int(ranks[Int(column[Int(row)])])
                next[starts[rank]] = row
                starts[rank] += 1
            }
            order = next
        }
        return order
    }
}
