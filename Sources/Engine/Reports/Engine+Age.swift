import Books
import Replica
import Store

/// How long goods have been there.
extension Engine {
    /// The last day of each span but the open one, in days ago.
    private static let spans: [Int32] = [30, 60, 90, 180]

    /// Of each item at a branch: units by how long ago they came, and what the oldest are worth. At the moving average the
    /// goods that came last are taken to be those that are there; at first in, first out they are.
    func stockAge(branch text: String?, asAt: String?, at now: Instant) throws -> Report {
        let only = try alike(text)
        let (standing, ledger) = (only.standing, only.ledger)
        try foldCosts()
        let asked = try asAt.map { try Planner.day($0) }
        let today = asked ?? Day(now, utcOffsetMinutes: utcOffsetMinutes)
        var figures = ReportWriter(store, ledger)
        let labels = ["0–30", "31–60", "61–90", "91–180", "181–"]
        var report = Report(
            schema: "branchbook.age/1", title: "Age of stock",
            columns: [
                .text("branch", "Branch"), .text("item", "Item"), .text("name", "Name"),
                .number("quantity", "On shelf"), .number("value", "Value"),
            ] + zip(["to30", "to60", "to90", "to180", "older"], labels).map { .number($0, $1) })
        var values = [Int128](repeating: 0, count: labels.count)
        for code in branches(only) {
            let mayShow = standing.keyring.scopes.contains(.money(code))
            let since = Day(number: today.number &- (Self.spans.last ?? 0))
            let came = try store.coming(to: code, since: since, upTo: asked)
            // What layers held on a past day nobody keeps.
            let layers = try asked == nil ? store.layers(of: code) : [:]
            for (item, held) in try held(at: code, on: asked) where held.units > 0 {
                let aged =
                    layers[item].map { Aged(layers: $0, today: today, spans: Self.spans) }
                    ?? Aged(
                        held.units, worth: held.value, came: came[item] ?? [], today: today,
                        spans: Self.spans)
                for place in values.indices { values[place] += aged.values[place] }
                report.rows.append(
                    [
                        .text(code.text), .text(item),
                        .optional(try ItemCode(item).flatMap { try itemName($0) }),
                        try figures.quantity(held.units, of: item),
                        mayShow ? figures.money(held.value) : .empty,
                    ]
                        + (try aged.units.map {
                            $0 == 0 ? .empty : try figures.quantity($0, of: item)
                        }))
            }
        }
        let codes = branches(only)
        if codes.allSatisfy({ standing.keyring.scopes.contains(.money($0)) }) {
            report.facts = zip(labels, values).map {
                .init("value \($0)", "\($0)", figures.money($1))
            }
        }
        report.notes = scopesMissing(only)
        return report
    }

    /// Units and value of each item at a branch, all locations together, in the order of items: now, or at the end
    /// of a day. Pools are to be folded before.
    func held(
        at branch: BranchCode, on day: Day?
    ) throws -> [(item: String, held: (units: Int128, value: Int128))] {
        var held: [String: (units: Int128, value: Int128)] = [:]
        if let day {
            for (shelf, amount) in try store.openings(
                branch: branch, item: nil, before: Day(number: day.number &+ 1))
            {
                held[shelf.item, default: (0, 0)].units += amount
            }
            for (item, value) in try store.inventoryValues(of: branch, item: nil, upTo: day) {
                held[item, default: (0, 0)].value += value
            }
        } else {
            for row in try store.stock(branch: branch, item: nil, limit: .max) {
                held[row.item, default: (0, 0)].units += row.onShelf
                held[row.item, default: (0, 0)].value += Int128(row.value ?? 0)
            }
        }
        return held.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// Goods by how long ago they came: one figure for each span, and the open one behind.
struct Aged {
    private(set) var units: [Int128]
    private(set) var values: [Int128]
    private let spans: [Int32]
    private let today: Day

    private init(_ spans: [Int32], _ today: Day) {
        units = [Int128](repeating: 0, count: spans.count + 1)
        values = units
        self.spans = spans
        self.today = today
    }

    private func span(_ day: Day) -> Int {
        let ago = today.number &- day.number
        return spans.firstIndex { ago <= $0 } ?? spans.count
    }

    init(layers: [(day: Day, units: Int64, value: Int64)], today: Day, spans: [Int32]) {
        self.init(spans, today)
        for layer in layers {
            units[span(layer.day)] += Int128(layer.units)
            values[span(layer.day)] += Int128(layer.value)
        }
    }

    /// - Parameter came: what came, the newest day first; what is held beyond it is older than all spans.
    init(
        _ held: Int128, worth: Int128, came: [(day: Day, units: Int128)], today: Day,
        spans: [Int32]
    ) {
        self.init(spans, today)
        var left = held
        for arrival in came where left > 0 {
            let taken = min(left, arrival.units)
            units[span(arrival.day)] += taken
            left -= taken
        }
        units[spans.count] += max(left, 0)
        // Value goes by units; what rounding leaves lies with the last.
        var (before, given) = (Int128(0), Int128(0))
        for place in units.indices where held > 0 {
            before += units[place]
            let (product, over) = worth.multipliedReportingOverflow(by: before)
            let upTo = before == held ? worth : over ? given : product / held
            values[place] = upTo - given
            given = upTo
        }
    }
}
