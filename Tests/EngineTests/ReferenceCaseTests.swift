import Foundation
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Published cases of costing and transfers (Tryton, ERPNext, Odoo, metasfresh and others), driven
/// through the product's commands at three replicas. What issue "First light" does not build is named
/// with its reason; the rest of the case runs.
@Suite struct ReferenceCaseTests {
    private typealias Case = ReferenceCase
    private typealias Value = ReferenceCase.Value

    private func load(_ id: String) throws -> Case? { try ReferenceCase.load(id) }

    // MARK: The company of a case

    private func company(_ costing: CostPool.Method = .average) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz", "sh"], seed: 71)
        try network["hz"].perform(
            .addItems([
                ItemChange(code: "X", name: "X", price: "1.00", costing: costing.rawValue)
            ]))
        network.settle()
        return network
    }

    private func receive(
        _ node: TestNode, _ quantity: String, at price: String, on date: String? = nil
    ) throws -> String {
        try node.perform(
            .receive(
                Details(date: date), [Line(item: "X", quantity: quantity, cost: price)],
                supplier: "S")
        ).subject
    }

    private func sell(
        _ node: TestNode, _ quantity: String, on date: String? = nil
    ) throws -> String {
        try node.perform(
            .sell(Details(date: date), [Line(item: "X", quantity: quantity)], tender: "cash")
        ).subject
    }

    private func pool(
        _ node: TestNode, _ branch: String = "HZ", _ item: String = "X"
    ) throws -> PoolState {
        try node.engine.store.pool(
            try #require(BranchCode(branch)), try #require(ItemCode(item)))
    }

    /// What the fold says a document's goods cost, minor units.
    private func cost(_ node: TestNode, _ document: String) throws -> Int64 {
        _ = try node.report(.balance(branch: nil, asAt: nil))
        var cost: Int64 = 0
        let number: DocumentNumber = try #require(DocumentNumber(document))
        try node.engine.store.costs(of: number) { cost += $0.cost }
        return cost
    }

    /// What a pool holds at first in, first out: units and minor units.
    private func layers(_ node: TestNode, _ branch: String = "HZ") throws -> [[Int64]] {
        let (code, item) = (try #require(BranchCode(branch)), try #require(ItemCode("X")))
        return try node.engine.store.layers(code, item).map { [$0.quantity, $0.value] }
    }

    /// Equal at the number of decimals written.
    private func expect(
        _ cents: Int64, per quantity: Int64 = 1, is text: String, _ what: String
    ) {
        let places = text.split(separator: ".").dropFirst().first?.count ?? 0
        var rounded = Decimal()
        var exact = quantity == 0 ? 0 : Decimal(cents) / 100 / Decimal(quantity)
        NSDecimalRound(&rounded, &exact, places, .plain)
        #expect(rounded == Decimal(string: text), "\(what): \(rounded), not \(text)")
    }

    /// All replicas end with one state.
    private func agree(_ network: TestNetwork) throws {
        network.run(milliseconds: Engine.keeperPauseMilliseconds + 5_000)
        network.settle()
        let rows = try network["hz"].report(.digests).rows
        for name in ["gz", "sh"] {
            #expect(try network[name].report(.digests).rows == rows)
            #expect(try network[name].balances() == network["hz"].balances())
            #expect(try network.verify(name).isSound)
        }
    }

    // MARK: Cases that are lists of steps

    @Test(arguments: ["A01", "A04", "A06", "B01", "B04", "E01", "E02", "E04"])
    func steps(id: String) throws {
        guard let reference = try load(id) else { return }
        let network = try company(id.hasPrefix("B") ? .fifo : .average)
        let node = try network["hz"]
        var documents: [String: (number: String, price: String)] = [:]
        var last = ""
        var (receipt, sale, back) = ("", "", "")
        for step in try #require(reference.steps) {
            let quantity = step["qty"]?.text ?? "0"
            switch step["op"]?.text {
            case "in":
                let price = try #require(step["price"]?.text)
                last = try receive(node, quantity, at: price, on: step["date"]?.text)
                receipt = last
                if let name = step["id"]?.text { documents[name] = (last, price) }
            case "out", "sale":
                last = try sell(node, quantity)
                sale = last
            case "customer_return":
                last = try node.perform(
                    .giveBack(
                        Details(), [Line(item: "X", quantity: quantity)], sale: sale,
                        tender: "cash")
                ).subject
                back = last
            case "supplier_return":
                last = try node.perform(
                    .sendBack(
                        Details(date: step["date"]?.text), [Line(item: "X", quantity: quantity)],
                        receipt: receipt, supplier: nil)
                ).subject
                back = last
            case "to_transit":
                // Odoo's transit belongs to the company's own pool; here goods leave for a branch with
                // their value. What the rest of the case tests is that the layers stay as they were.
                print("B04: a move to transit is a transfer here; the rest of the case runs")
                continue
            case "landed_cost":
                try node.perform(
                    .revalue(
                        Details(), item: "X",
                        change: .of(receipt: receipt, by: try #require(step["amount"]?.text))))
            case "reval":
                let held = try pool(node)
                let factor = try #require(Decimal(string: step["factor"]?.text ?? ""))
                let unit = Decimal(held.value) / 100 / Decimal(held.quantity) * factor
                try node.perform(
                    .revalue(Details(), item: "X", change: .unitCost("\(unit)")))
            case "edit_qty":
                let old = try #require(documents[step["id"]?.text ?? ""])
                try node.perform(.reverse(Details(), number: old.number))
                last = try receive(node, quantity, at: old.price)
            case "cancel":
                try node.perform(.reverse(Details(), number: receipt))
            case "in_consigned":
                print("\(id): consigned goods are out of scope; the rest of the case runs")
                continue
            default: Issue.record("\(id): \(step) is not known")
            }
            guard case .fields(let expected)? = step["expect"] else { continue }
            let held = try pool(node)
            for (key, value) in expected.sorted(by: { $0.key < $1.key }) {
                let what = "\(id) \(step["op"]?.text ?? "") \(key)"
                guard let text = value.text ?? (key == "layers" ? "" : nil) else { continue }
                switch key {
                case "unit" where step["op"]?.text == "supplier_return":
                    expect(try cost(node, last), per: 2, is: text, what)
                case "avg", "unit": expect(held.value, per: held.quantity, is: text, what)
                case "value": expect(held.value, is: text, what)
                case "qty", "own_qty": #expect("\(held.quantity)" == text, "\(what)")
                case "move_value":
                    let isReceipt = step["op"]?.text == "in"
                    let value =
                        isReceipt
                        ? try node.engine.store.transactions(
                            of: try #require(DocumentNumber(last))
                        ).flatMap(\.postings).filter { $0.account.root == .inventory }
                            .reduce(Int64(0)) { $0 + $1.amount } : try cost(node, last)
                    expect(value, is: text, what)
                case "return.unit": expect(try cost(node, back), per: 2, is: text, what)
                case "move_unit":
                    let units = Int64(quantity) ?? 0
                    expect(try cost(node, last), per: units, is: text, what)
                case "layers":
                    #expect(try layers(node) == [[44, 44 * 16_50]], "\(what)")
                case "cost_unit":
                    let units: Int64 = step["op"]?.text == "sale" ? 5 : -2
                    expect(try cost(node, last), per: units, is: text, what)
                case "sale.cost_unit": expect(try cost(node, sale), per: 5, is: text, what)
                case "return.cost_unit": expect(try cost(node, back), per: -2, is: text, what)
                case "value_change", "return.value_change":
                    expect(-(try cost(node, back)), is: text, what)
                case "gl.stock":
                    let balance = try node.balances()["inventory/HZ"] ?? "0.00"
                    #expect(balance == text, "\(what)")
                case "entries":
                    let rows = try node.report(.journal(JournalFilter(item: "X"))).rows
                    #expect("\(Set(rows.map { $0[1] }).count)" == text, "\(what)")
                case "all_entries_posted", "physical_qty": break
                default: Issue.record("\(what) is not checked")
                }
            }
        }
        try agree(network)
    }

    // MARK: Cases that are tables

    @Test func backDatedReceiptReaveragesLaterMoves() throws {
        guard let moves = try load("A08")?.data?["moves_by_date"]?.list, moves.count == 5 else {
            return
        }
        let network = try company()
        let node = try network["hz"]
        func date(_ move: Value) -> String { "2026-11-\(20 + (Int(move["day"]?.text ?? "") ?? 0))" }
        var issues: [(String, String)] = []
        // As they arrive: the receipt of day +1 before those of day 0.
        for place in [0, 3, 1, 2, 4] {
            let move = moves[place]
            if let quantity = move["in"]?.text {
                _ = try receive(
                    node, quantity, at: try #require(move["price"]?.text), on: date(move))
            } else if let quantity = move["out"]?.text {
                issues.append(
                    (
                        try sell(node, quantity, on: date(move)),
                        try #require(move["expect_value"]?.text)
                    ))
            }
        }
        for (number, value) in issues { expect(try cost(node, number), is: value, "A08") }
        #expect(try pool(node) == PoolState(quantity: 0, value: 0, uncosted: 0))
        try agree(network)
    }

    @Test func anInvoiceThatDiffersActsAtItsReceipt() throws {
        guard try load("A09") != nil else { return }
        let network = try company()
        let node = try network["hz"]
        let receipt = try receive(node, "10", at: "10")
        let first = try sell(node, "7")
        #expect(try cost(node, first) == 7_000)
        #expect(try pool(node).value == 3_000)
        // 10 at 13 instead of 10: 30 more, of which 9 lie on the shelf and 21 were sold.
        try node.perform(.revalue(Details(), item: "X", change: .of(receipt: receipt, by: "30")))
        #expect(try pool(node).value == 3_900)
        #expect(try cost(node, first) == 9_100)
        let second = try sell(node, "3")
        #expect(try cost(node, second) == 3_900)
        #expect(try pool(node) == PoolState(quantity: 0, value: 0, uncosted: 0))
        try agree(network)
    }

    /// The receiver's keeper looks at what moved after a pause.
    private func ripple(_ network: TestNetwork) {
        for _ in 0..<4 {
            network.run(milliseconds: Engine.keeperPauseMilliseconds + 5_000)
            network.settle()
        }
    }

    @Test func aLateReceiptRipplesThroughAChainOfTransfers() throws {
        guard let steps = try load("B09")?.steps else { return }
        let network = try company(.fifo)
        let nodes = [
            "A": ("hz", "HZ"), "B": ("gz", "GZ"), "C": ("sh", "SH"),
        ]
        var documents: [String: (node: String, number: String)] = [:]
        for step in steps {
            let day = Int(step["day"]?.text ?? "") ?? 5
            let date = "2026-11-\(15 + day)"
            let quantity = step["qty"]?.text ?? "0"
            let place = step["wh"]?.text ?? step["frm"]?.text ?? ""
            switch step["op"]?.text {
            case "in":
                let (name, _) = try #require(nodes[place])
                let number = try receive(
                    try network[name], quantity, at: try #require(step["price"]?.text), on: date)
                documents[step["id"]?.text ?? ""] = (name, number)
            case "out":
                let (name, _) = try #require(nodes[place])
                let number = try sell(try network[name], quantity, on: date)
                documents[step["id"]?.text ?? ""] = (name, number)
            case "xfer":
                let (name, _) = try #require(nodes[place])
                let (to, branch) = try #require(nodes[step["to"]?.text ?? ""])
                let shipment = try network[name].perform(
                    .ship(Details(date: date), [Line(item: "X", quantity: quantity)], to: branch)
                ).subject
                network.settle()
                try network[to].perform(.arrive(Details(date: date), [], shipment: shipment))
            case "cancel":
                let (name, number) = try #require(documents[step["id"]?.text ?? ""])
                try network[name].perform(.reverse(Details(), number: number))
            default: Issue.record("B09: \(step) is not known")
            }
            network.settle()
            ripple(network)
            guard case .fields(let expected)? = step["expect"] else { continue }
            for (key, value) in expected {
                let parts = key.split(separator: ".")
                let id = parts.count == 2 ? String(parts[0]) : step["id"]?.text ?? ""
                let (name, number) = try #require(documents[id])
                expect(
                    try cost(try network[name], number), is: try #require(value.text),
                    "B09 \(key)")
                // Every replica says so.
                #expect(
                    try cost(try network["hz"], number) == cost(try network[name], number))
            }
        }
        try agree(network)
    }

    @Test func layersTravelWithATransfer() throws {
        guard let data = try load("B10")?.data else { return }
        let network = try company(.fifo)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let received = try #require(data["erpnext"]?["receive"]).list
        for receipt in received {
            _ = try receive(
                hz, try #require(receipt.list.first?.text), at: try #require(receipt.list[1].text))
        }
        let source = try layers(hz)
        #expect(source.count == 19)
        let line = Line(
            item: "X", quantity: try #require(data["erpnext"]?["transfer_all_in_19_lines_of"]?.text)
        )
        let shipment = try hz.perform(
            .ship(Details(), Array(repeating: line, count: 19), to: "GZ")
        ).subject
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.settle()
        ripple(network)
        #expect(try layers(hz).isEmpty)
        #expect(try layers(gz, "GZ") == source)
        #expect(try layers(try network["sh"], "GZ") == source)
        try agree(network)
    }

    // MARK: Stocktakes

    private func shelf(_ node: TestNode, at date: String? = nil) throws -> Int128 {
        let account = Account.stock(try #require(BranchCode("HZ")))
        let item = Commodity.item(try #require(ItemCode("X")))
        let now = try node.engine.store.balance(of: account, item)
        guard let date else { return now }
        return now
            - (try node.engine.store.moved(account, item, after: try #require(Day(date))))
    }

    private func countNow(
        _ node: TestNode, _ quantity: String, on date: String? = nil
    ) throws -> String {
        try node.perform(
            .count(
                Details(date: date), .now(CountOrder(), [Line(item: "X", quantity: quantity)]))
        ).subject
    }

    @Test func aCountIsABarrierForBackDatedMoves() throws {
        guard let steps = try load("D04")?.steps else { return }
        let network = try company()
        let node = try network["hz"]
        func date(_ day: Int) -> String { "2026-11-\(15 + day)" }
        // The balance after a document is that of its day less what came later on that day: no two of
        // the case share one.
        var days: [String: Int] = [:]
        var numbers: [String: String] = [:]
        for step in steps {
            let (day, id) = (Int(step["day"]?.text ?? "") ?? 0, step["id"]?.text ?? "")
            days[id] = day
            switch step["op"]?.text {
            case "in":
                numbers[id] = try receive(
                    node, try #require(step["qty"]?.text), at: "1", on: date(day))
            case "count":
                numbers[id] = try countNow(node, try #require(step["to"]?.text), on: date(day))
            default: Issue.record("D04: \(step) is not known")
            }
            guard case .fields(let expected)? = step["expect"] else { continue }
            for (key, value) in expected {
                let held = try shelf(node, at: date(try #require(days[key])))
                #expect("\(held)" == value.text, "D04 \(id) \(key)")
            }
            #expect(try pool(node).quantity == Int64(try shelf(node)))
        }
        // The note of the case: without SR5, and with PR5, 20 and 21; SR4 is as it was.
        try node.perform(.reverse(Details(), number: try #require(numbers["SR5"])))
        #expect(try shelf(node) == 7)
        #expect(try pool(node).quantity == 7)
        // A receipt that is reversed today lay below a count: the quantity now is what was counted.
        try node.perform(.reverse(Details(), number: try #require(numbers["PR1"])))
        #expect(try shelf(node) == 7)
        #expect(try pool(node).quantity == 7)
        #expect(
            node.refusal(.reverse(Details(), number: try #require(numbers["SR5"])))
                == .alreadyReversed)
        try agree(network)
    }

    @Test func onlyDifferencesMove() throws {
        guard let data = try load("D01")?.data, let start = data["start"] else { return }
        let network = try company()
        let node = try network["hz"]
        try node.perform(
            .addItems([
                ItemChange(code: "p1", name: "p1", scale: 1), ItemChange(code: "p2", scale: 1),
            ]))
        func receive(_ values: Value) throws {
            for item in ["p1", "p2"] {
                try node.perform(
                    .receive(
                        Details(),
                        [Line(item: item, quantity: try #require(values[item]?.text), cost: "1")],
                        supplier: "S"))
            }
        }
        try receive(start)
        func rows(_ sheet: String) throws -> [String: [String]] {
            var found: [String: [String]] = [:]
            for row in try node.report(.count(sheet: sheet)).rows {
                found[row[0].plain] = row[2...4].map(\.plain)
            }
            return found
        }
        let sheet = try node.perform(.count(Details(), .open(CountOrder(items: ["p1", "p2"]))))
            .subject
        try node.perform(
            .count(
                Details(),
                .enter(sheet: sheet, [Line(item: "p1", quantity: "2")], isRecount: false)))
        // A second scan adds up.
        try node.perform(
            .count(
                Details(),
                .enter(sheet: sheet, [Line(item: "p1", quantity: "1")], isRecount: false)))
        #expect(try rows(sheet) == ["p1": ["1.0", "3.0", "2.0"], "p2": ["2.5", "", ""]])
        try receive(try #require(data["then_receive"]))
        #expect(try rows(sheet) == ["p1": ["2.0", "3.0", "1.0"], "p2": ["3.8", "", ""]])
        try node.perform(
            .count(
                Details(),
                .enter(
                    sheet: sheet,
                    [Line(item: "p2", quantity: try #require(data["p2_counted"]?.text))],
                    isRecount: false)))
        try node.perform(.count(Details(), .post(sheet: sheet)))
        let moves = try node.engine.store.transactions(of: try #require(DocumentNumber(sheet)))
            .flatMap(\.postings)
        #expect(moves.map(\.commodity.name) == ["#p1", "#p1"])
        #expect(moves.map(\.account.name) == ["shrinkage/HZ", "stock/HZ/main"])
        #expect(moves.map(\.amount) == [-10, 10])
        #expect(
            node.refusal(.count(Details(), .post(sheet: sheet))) == .sheetClosed)
        // What nobody counted stays, or goes.
        for (policy, left) in [("keep", "3.0"), ("empty", "0.0")] {
            let sheet = try node.perform(
                .count(Details(), .open(CountOrder(items: ["p1", "p2"], uncounted: policy)))
            ).subject
            try node.perform(
                .count(
                    Details(),
                    .enter(sheet: sheet, [Line(item: "p2", quantity: "3.8")], isRecount: false)))
            try node.perform(.count(Details(), .post(sheet: sheet)))
            let rows = try node.report(.stock(branch: "HZ", item: "p1", limit: 10)).rows
            #expect((rows.first?[3].plain ?? "0.0") == left)
        }
        try agree(network)
    }

    @Test func aBackDatedReductionLooksAtEveryDayAfterIt() throws {
        guard try load("D06") != nil else { return }
        let network = try company()
        let node = try network["hz"]
        _ = try receive(node, "10", at: "1", on: "2026-11-10")
        _ = try sell(node, "8", on: "2026-11-13")
        func reduce(_ quantity: String) -> Command {
            .writeOff(Details(date: "2026-11-12"), [Line(item: "X", quantity: quantity)])
        }
        #expect(try shelf(node, at: "2026-11-12") == 10)
        #expect(node.refusal(reduce("5")) == .notEnough)
        #expect(node.refusal(reduce("1")) == nil)
        #expect(try shelf(node) == 1)
        // Beyond a count it is what was counted that is left.
        _ = try countNow(node, "20", on: "2026-11-14")
        #expect(node.refusal(reduce("2")) == .notEnough)
        #expect(node.refusal(reduce("1")) == nil)
        #expect(try shelf(node) == 20)
        try agree(network)
    }

    @Test func aPricedCountIsABarrierForCost() throws {
        guard let steps = try load("C06")?.steps else { return }
        let network = try company(.fifo)
        let nodes = ["S": ("hz", "HZ"), "F": ("gz", "GZ")]
        var looked = 0
        for step in steps {
            let (name, branch) = nodes[step["wh"]?.text ?? step["frm"]?.text ?? ""] ?? ("", "")
            let date = try #require(step["date"]?.text)
            switch step["op"]?.text {
            case "count":
                let node = try network[name]
                let sheet = try countNow(node, try #require(step["to"]?.text), on: date)
                let price = Line(
                    item: "X", quantity: "0", cost: try #require(step["price"]?.text))
                try node.perform(.count(Details(), .price(sheet: sheet, [price])))
                #expect(try pool(node, branch).quantity > 0)
            case "xfer":
                let line = Line(item: "X", quantity: try #require(step["qty"]?.text))
                let shipment = try network[name].perform(
                    .ship(Details(date: date), [line], to: "GZ")
                ).subject
                network.settle()
                try network["gz"].perform(.arrive(Details(date: date), [], shipment: shipment))
            case "repack":
                // Made at S and shipped: a repack stays at its branch.
                let hz = try network[name]
                let (made, many) = (
                    try #require(step["qty"]?.text), try #require(step["into_qty"]?.text)
                )
                try hz.perform(.addItems([ItemChange(code: "Y", name: "Y", costing: "fifo")]))
                try hz.perform(
                    .repack(
                        Details(date: date, party: "Packer"), [Line(item: "X", quantity: made)],
                        into: Line(item: "Y", quantity: many), extra: step["extra_cost"]?.text))
                let shipment = try hz.perform(
                    .ship(Details(date: date), [Line(item: "Y", quantity: many)], to: "GZ")
                ).subject
                network.settle()
                try network["gz"].perform(.arrive(Details(date: date), [], shipment: shipment))
            default: Issue.record("C06: \(step) is not known")
            }
            network.settle()
            ripple(network)
            for (key, item) in [("unit.F", "X"), ("unit.X", "Y")] {
                guard let unit = step["expect"]?[key]?.text else { continue }
                looked += 1
                let held = try pool(try network["gz"], "GZ", item)
                expect(held.value, per: held.quantity, is: unit, "C06 \(key)")
            }
        }
        #expect(looked == 4)
        try agree(network)
    }

    @Test func lotsOfOneShelfAreNotSoldFromAnother() throws {
        guard let cases = try load("B10")?.data?["hledger"]?.list,
            cases.count == 2
        else { return }
        let network = try company(.fifo)
        let (hz, gz) = (try network["hz"], try network["gz"])
        _ = try receive(hz, "5", at: "50", on: "2026-01-15")
        _ = try receive(gz, "10", at: "50", on: "2026-02-01")
        network.settle()
        try hz.perform(.setItem(ItemChange(code: "X", shortage: "refuse")))
        #expect(
            hz.refusal(.sell(Details(), [Line(item: "X", quantity: "8")], tender: "cash"))
                == .notEnough)
        #expect(
            hz.refusal(.ship(Details(), [Line(item: "X", quantity: "8")], to: "SH")) == .notEnough)
    }

    @Test func costPerBranchAndThroughTransit() throws {
        guard try load("C01") != nil else { return }
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        _ = try receive(hz, "1", at: "100")
        _ = try receive(hz, "1", at: "80")
        #expect(try pool(hz).value == 18_000)
        _ = try receive(gz, "1", at: "80")
        // There is no move from shelf to shelf; to oneself least of all.
        #expect(
            hz.refusal(.ship(Details(), [Line(item: "X", quantity: "1")], to: "HZ"))
                == .notForThisBranch)
        let shipment = try hz.perform(
            .ship(Details(), [Line(item: "X", quantity: "1")], to: "GZ")
        ).subject
        #expect(try cost(hz, shipment) == 9_000)
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.settle()
        #expect(try pool(gz, "GZ").value == 17_000)
        #expect(try pool(hz).value == 9_000)
        try agree(network)
    }

    @Test func aShortReceiptMovesTheWholeOutOfTransit() throws {
        guard let expected = try load("C05")?.data?["expect"] else { return }
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        _ = try receive(hz, "10", at: "100")
        let shipment = try hz.perform(
            .ship(Details(), [Line(item: "X", quantity: "10")], to: "GZ")
        ).subject
        network.settle()
        try gz.perform(
            .arrive(
                Details(), [ArrivalLine(item: "X", accepted: "7", short: "3")],
                shipment: shipment))
        network.settle()
        let rows = try hz.report(.transfers(openOnly: false)).rows
        #expect(rows.first?[4] == .decimal("0") && rows.first?[5] == .decimal("3"))
        let balances = try hz.balances()
        func cents(_ account: String) throws -> Int64 {
            try Amount.parse(balances[account] ?? "0", scale: 2)
        }
        expect(
            try cents("due-from/HZ/GZ"), is: expected["in_transit_gl_credit"]?.text ?? "", "C05")
        expect(try cents("inventory/GZ"), is: expected["accepted_wh_debit"]?.text ?? "", "C05")
        expect(
            try cents("due-from/HZ/GZ") + cents("due-to/GZ/HZ"),
            is: expected["rejected_wh_debit"]?.text ?? "", "C05")
        try agree(network)
    }

    @Test func valueIsConservedWhateverTheUnitCost() throws {
        guard let data = try load("C07")?.data else { return }
        let network = try company()
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .receive(
                Details(),
                [
                    Line(
                        item: "X", quantity: data["in_kg"]?.text ?? "",
                        total: data["value"]?.text)
                ], supplier: "S"))
        let shipment = try hz.perform(
            .ship(
                Details(), [Line(item: "X", quantity: data["transfer_kg"]?.text ?? "")], to: "GZ")
        ).subject
        network.settle()
        try gz.perform(.arrive(Details(), [], shipment: shipment))
        network.settle()
        let balances = try gz.balances()
        let moved = String(try #require(data["value_moved"]?.text).prefix(9))
        #expect(balances["inventory/GZ"] == moved)
        #expect(balances["due-from/HZ/GZ"] == moved)
        #expect(balances["due-to/GZ/HZ"] == "-" + moved)
        #expect(balances["inventory/HZ"] == "2860043.07")
        try agree(network)
    }
}
