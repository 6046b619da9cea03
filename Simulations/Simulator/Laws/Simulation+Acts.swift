import Books
import Engine
import Replica
import Store

/// What people asked against what stands in the books of every node.
extension Simulation {
    func checkActs() throws {
        let forked = Set(
            machines.filter { machine in
                witness.copied.contains(machine.site)
                    || (machine.engine?.forkedLogs ?? []).contains {
                        (try? machine.credentials().node) == $0.author
                    }
            }.map(\.site))
        var shown: [String: (numbers: Set<String>, machine: Int)] = [:]
        for machine in machines where machine.isUp && !machine.isRetired {
            guard let engine = machine.engine else { continue }
            let documents = try engine.store.notedDocuments()
            let numbers = Dictionary(grouping: documents, by: \.memo)
                .mapValues { Set($0.compactMap(\.number)) }
            let sees = seen(by: machine)
            for (memo, intent) in people.intents.sorted(by: { $0.key < $1.key })
            where sees.contains(intent.site) && !forked.contains(intent.site) {
                // An exchange is a return and a sale, and goes by the number of the sale.
                let found = numbers[memo] ?? []
                let counted =
                    intent.isExchange && found.count == 2
                    ? found.filter { !$0.contains("-R-") } : found
                try check(memo, intent, counted, &shown, machine)
            }
            if forked.isEmpty { try checkShelves(machine, engine, numbers, sees) }
        }
    }

    /// The sites whose trade a machine reads.
    private func seen(by machine: Machine) -> Set<Int> {
        let read = Set(machine.engine?.scopesRead ?? [])
        let sites = plan.sites.indices.filter { site in
            BranchCode(plan.sites[site].branch).map { read.contains(.trade($0)) } ?? false
        }
        if sites.count < plan.sites.count { record.reached(.partialReplica) }
        return Set(sites)
    }

    private func check(
        _ memo: String, _ intent: People.Intent, _ numbers: Set<String>,
        _ shown: inout [String: (numbers: Set<String>, machine: Int)], _ machine: Machine
    ) throws {
        guard numbers.count <= 1 else {
            throw Violation(
                .onceEach, at: now,
                "act \(intent.act) took effect as \(numbers.sorted()) at \(machine.name)",
                machines: [machine.index])
        }
        if let confirmed = people.acknowledged[memo], !confirmed.isExcused,
            numbers != [confirmed.number]
        {
            throw Violation(
                .acknowledgedSpreads, at: now,
                "\(confirmed.number), confirmed by \(machines[confirmed.machine].name) at "
                    + "\(clockText(confirmed.at)), is \(numbers.first ?? "not") at \(machine.name)",
                machines: [machine.index, confirmed.machine])
        }
        if let (others, other) = shown[memo], others != numbers {
            throw Violation(
                .onceEach, at: now,
                "act \(intent.act) is \(others.sorted()) at \(machines[other].name) and "
                    + "\(numbers.sorted()) at \(machine.name)", machines: [other, machine.index])
        }
        shown[memo] = (numbers, machine.index)
    }

    /// The shelves are what the acts that took effect make them: no more, no less.
    private func checkShelves(
        _ machine: Machine, _ engine: Engine, _ numbers: [String: Set<String>], _ sees: Set<Int>
    ) throws {
        var expected: [People.Move: Int64] = [:]
        func shelf(_ branch: String, _ item: String) -> People.Move {
            People.Move(branch: branch, item: People.known(as: item), units: 0)
        }
        for (memo, intent) in people.intents where numbers[memo]?.isEmpty == false {
            for move in intent.moves {
                expected[shelf(move.branch, move.item), default: 0] += move.units
            }
        }
        // What counts found is held against the logs by a law of its own.
        for row in try engine.store.countMoves() {
            expected[shelf(row.branch, row.item), default: 0] += row.amount
        }
        for row in try engine.store.stock(branch: nil, item: nil, limit: 10_000) {
            expected[shelf(row.branch, row.item), default: 0] -= Int64(row.onShelf)
        }
        // A document may be here by the part that another branch reads alone.
        let torn = Set(try tornScopes(engine).flatMap(\.branches).map(\.text))
        let branches = Set(sees.map { plan.sites[$0].branch }).subtracting(torn)
        for (place, difference) in expected.sorted(by: {
            ($0.key.branch, $0.key.item) < ($1.key.branch, $1.key.item)
        }) where difference != 0 && branches.contains(place.branch) {
            throw Violation(
                .onceEach, at: now,
                "\(place.branch) has \(-difference) \(place.item) more at \(machine.name) than its "
                    + "documents make", machines: [machine.index])
        }
        try checkTransit(machine, engine, numbers)
    }

    /// Shipped = on the road + in dispute + accepted, for every shipment between branches it reads.
    private func checkTransit(
        _ machine: Machine, _ engine: Engine, _ numbers: [String: Set<String>]
    ) throws {
        let open =
            try engine.store.balances(prefix: "transit/")
            + engine.store.balances(prefix: "dispute/")
        for row in open where row.commodity.hasPrefix("#") && row.amount < 0 {
            throw Violation(
                .goodsInOnePlace, at: now,
                "\(row.account) holds \(row.amount) \(row.commodity) at \(machine.name)",
                machines: [machine.index])
        }
        var onRoad: [String: Int128] = [:]
        for row in open where row.commodity.hasPrefix("#") {
            onRoad[row.commodity, default: 0] += row.amount
        }
        guard plan.sites[machine.site].readsAll || machine.site == 0 else { return }
        // All shelves and all roads together hold what came from suppliers less what left.
        var moved: [String: Int128] = [:]
        for (memo, intent) in people.intents where numbers[memo]?.isEmpty == false {
            guard intent.isTransfer else { continue }
            for move in intent.moves { moved["#" + move.item, default: 0] -= Int128(move.units) }
        }
        for item in Set(moved.keys).union(onRoad.keys).sorted()
        where moved[item] ?? 0 != onRoad[item] ?? 0 {
            throw Violation(
                .goodsInOnePlace, at: now,
                "\(moved[item] ?? 0) \(item) left and did not arrive, and \(onRoad[item] ?? 0) are "
                    + "between branches at \(machine.name)", machines: [machine.index])
        }
    }

    /// Complete replicas tell the same books, cost of sales included.
    func checkReports() throws {
        guard !machines.contains(where: { !($0.engine?.forkedLogs ?? []).isEmpty }) else {
            return
        }
        // Keepers look at their pools within a minute: let them.
        for query in Self.agreed {
            var first: (rows: [[Report.Cell]], machine: Int)?
            for machine in machines where machine.isUp && !machine.isRetired {
                guard plan.sites[machine.site].readsAll || plan.sites.count == 1,
                    case .report(let report) = try ask(.query(query), of: machine)
                else { continue }
                if let (rows, other) = first, rows != report.rows {
                    let differing = zip(rows, report.rows).first { $0 != $1 }
                    throw Violation(
                        .sameBooks, at: now,
                        "\(report.schema) of \(machines[other].name) and \(machine.name) differ: "
                            + "\(differing?.0.map(\.plain) ?? []) and "
                            + "\(differing?.1.map(\.plain) ?? []), "
                            + "\(rows.count) and \(report.rows.count) rows",
                        machines: [other, machine.index])
                }
                first = (report.rows, machine.index)
            }
        }
    }

    /// What does not go by the clock of who is asked.
    private static let agreed: [Query] = [
        .balance(branch: nil, asAt: nil), .accounts(StatementFilter(to: "2099-12-31")),
        .position(StatementFilter(to: "2099-12-31", byBranch: true)),
        .cash(StatementFilter(from: "2020-01-01", to: "2099-12-31", byBranch: true)),
        .openItems(.receivable, party: nil, branch: nil),
        .openItems(.payable, party: nil, branch: nil),
        .ageing(AgeingFilter(of: "receivable", asAt: "2099-12-31")),
        .currencies(branch: nil, asAt: "2099-12-31"), .debts, .seals, .periods(branch: nil),
        .lateEntries(limit: 1_000), .notices,
    ]
}
