import GRDB

/// What was sold, not summed yet: a row for each day and what was asked for, as it is kept or as the postings of the day give it.
/// Whoever tells of it puts rows together. Items and customers stand once, rows name their places.
package struct SoldTable: Sendable {
    package struct Key: Hashable, Sendable {
        /// A place in `items`, of which the first is none.
        package let item: Int32
        /// A place in `customers`, of which the first is none.
        package let customer: Int32
        /// The first day of its span.
        package let day: Int32
        /// Of the day, by the wall clock; below zero where it was not asked for.
        package let hour: Int8
    }

    /// Nearly all rows; the others hold units of unknown cost, or sums that no business has.
    private struct Narrow {
        let key: Key
        let quantity: Int64
        let revenue: Int64
        let cost: Int64
    }

    /// Codes.
    package private(set) var items = [""]
    package private(set) var customers = [""]
    private var narrow: [Narrow] = []
    private var wide: [(key: Key, row: Store.SoldRow)] = []
    private var itemPlaces = PlacesOfIDs()
    private var customerPlaces: [String: Int32] = [:]

    package var count: Int { narrow.count + wide.count }

    package func key(_ place: Int) -> Key {
        place < narrow.count ? narrow[place].key : wide[place - narrow.count].key
    }

    /// A row's figures, where nothing else is in it.
    package func narrow(_ place: Int) -> (quantity: Int64, revenue: Int64, cost: Int64)? {
        guard place < narrow.count else { return nil }
        let row = narrow[place]
        return (row.quantity, row.revenue, row.cost)
    }

    /// Adds a row to a sum.
    package func add(_ place: Int, to sum: inout Store.SoldRow) {
        guard place < narrow.count else {
            sum.add(wide[place - narrow.count].row)
            return
        }
        sum.quantity += Int128(narrow[place].quantity)
        sum.revenue += Int128(narrow[place].revenue)
        sum.cost += Int128(narrow[place].cost)
    }

    mutating func item(_ id: Int64?) -> Int32 { id.map { itemPlaces.place(of: $0) + 1 } ?? 0 }

    mutating func customer(_ name: String?) -> Int32 {
        guard let name else { return 0 }
        if let place = customerPlaces[name] { return place }
        let place = Int32(customers.count)
        customers.append(name)
        customerPlaces[name] = place
        return place
    }

    mutating func append(_ key: Key, _ row: Store.SoldRow) {
        if row.uncosted == 0, row.leftOut.profit == 0, row.leftOut.revenue == 0,
            let quantity = Int64(exactly: row.quantity),
            let revenue = Int64(exactly: row.revenue), let cost = Int64(exactly: row.cost)
        {
            narrow.append(Narrow(key: key, quantity: quantity, revenue: revenue, cost: cost))
        } else {
            wide.append((key, row))
        }
    }

    /// How many rows there are, to come back to.
    struct Mark {
        fileprivate let narrow: Int
        fileprivate let wide: Int
    }

    var mark: Mark { Mark(narrow: narrow.count, wide: wide.count) }

    /// Puts rows since then together by their keys; what of them holds units of unknown cost is left out of the profit.
    mutating func leaveOutUncosted(since mark: Mark) {
        guard wide[mark.wide...].contains(where: { $0.row.uncosted != 0 }) else { return }
        var order: [Key] = []
        var sums: [Key: Store.SoldRow] = [:]
        for place in [
            mark.narrow..<narrow.count, (narrow.count + mark.wide)..<count,
        ].joined() {
            let key = key(place)
            if sums[key] == nil { order.append(key) }
            add(place, to: &sums[key, default: Store.SoldRow()])
        }
        narrow.removeSubrange(mark.narrow...)
        wide.removeSubrange(mark.wide...)
        for key in order {
            guard var row = sums[key] else { continue }
            row.leaveOutUncosted()
            append(key, row)
        }
    }

    /// Once all rows are there: a name is looked up once for each item.
    mutating func learnItems(_ db: Database, _ store: Store) throws {
        let ids = itemPlaces.ids
        let names = try store.names(db, ids)
        items = [""] + ids.map { names[$0].map { String($0.dropFirst()) } ?? "" }
    }
}

/// Places of ids in the order in which they were first asked for, from zero on.
struct PlacesOfIDs: Sendable {
    private(set) var ids: [Int64] = []
    private var numbers = NumbersOfIDs()

    mutating func place(of id: Int64) -> Int32 {
        let known = numbers[id]
        guard known < 0 else { return known }
        let place = Int32(ids.count)
        ids.append(id)
        numbers[id] = place
        return place
    }
}

/// A number for each id; below zero where there is none. Ids are this store's own, and small: a report looks up hundreds of
/// thousands, and each is one look into memory.
package struct NumbersOfIDs: Sendable {
    private var near: [Int32] = []
    private var far: [Int64: Int32] = [:]

    private static let nearMax: Int64 = 1 << 20

    package init() {}

    package subscript(id: Int64) -> Int32 {
        get {
            guard id >= 0, id < Self.nearMax else { return far[id] ?? -1 }
            return id < near.count ? near[Int(id)] : -1
        }
        set {
            guard id >= 0, id < Self.nearMax else {
                far[id] = newValue
                return
            }
            let index = Int(id)
            if index >= near.count {
                near += repeatElement(-1, count: max(index + 1, 2 * near.count) - near.count)
            }
            near[index] = newValue
        }
    }
}
