import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Published cases about periods and about branches' accounts for each other, driven through the product's commands.
@Suite struct ReferenceMoneyTests {
    private func post(_ node: TestNode, _ date: String?, _ lines: [(String, String)]) throws {
        try node.perform(
            .journal(
                Details(date: date), lines.map { JournalLine(account: $0.0, amount: $0.1) }))
    }

    private func signed(_ side: String, _ amount: String) -> String {
        side == "DR" ? amount : "-\(amount)"
    }

    /// G01 (ERPNext): what a year earned and spent goes to the capital by an entry at its end. The case names its
    /// accounts otherwise.
    @Test func yearEnd() throws {
        guard let data = try ReferenceCase.load("G01")?.data else { return }
        let names = [
            "Cash": "tender/cash", "Sales": "sales", "COGS": "cost-of-sales",
            "Reserve and Surplus": "equity/retained",
        ]
        let node = try TestNode.founder(seed: 180)
        let lines = (data["journal"]?.list ?? []).map(\.texts)
        #expect(lines.count == 4)
        for pair in [lines[0...1], lines[2...3]] {
            try post(
                node, pair.first?[0],
                try pair.map { (try #require(names[$0[1]]), signed($0[2], $0[3])) })
        }
        let end = try #require(data["close"]?.text)
        let before = StatementFilter(from: "2021-01-01", to: end)
        let profit = try node.report(.profit(before)).rows
        let close = try node.perform(.close(Details(), through: end, isYearEnd: true)).subject
        let expected = Set(
            (data["closing_entry"]?.list ?? []).map(\.texts).map {
                "\(names[$0[0]] ?? "") \(signed($0[1], $0[2])).00"
            })
        let entry = try node.report(.document(number: close)).rows.filter {
            !$0[3].plain.hasPrefix("via/")
        }
        #expect(
            Set(entry.map { "\($0[3].plain.replacing("/HZ", with: "")) \($0[5].plain)" })
                == expected)
        // What was earned stays what was earned.
        #expect(try node.report(.profit(before)).rows == profit)
        for day in [end, "2021-12-31"] {
            let sheet = try node.report(.position(StatementFilter(to: day)))
            #expect(sheet.facts.first { $0.key == "balanced" }?.value == .flag(true))
            #expect(!sheet.rows.contains { $0[2].plain == "Profit of the period" })
        }
        #expect(
            node.refusal(
                .journal(
                    Details(date: "2021-03-15"),
                    [
                        JournalLine(account: "sales", amount: "-1"),
                        JournalLine(account: "tender/cash", amount: "1"),
                    ])) == .periodClosed)
        // Undone on a later day, and the books balance.
        try post(node, "2022-01-01", [("sales", "400"), ("tender/cash", "-400")])
        #expect(try node.report(.accounts(StatementFilter())).facts[1].value.plain != "")
        // Open again: everything is as it was.
        try node.perform(.reopen(Details(memo: "a bill was missing"), number: close))
        #expect(try node.report(.profit(before)).rows == profit)
        #expect(try node.balances()["equity/HZ/retained"] == nil)
        #expect(try node.verify().isSound)
    }

    /// G03 (Tryton): what hinders a close, and what a closed period refuses.
    @Test func stockPeriods() throws {
        guard let data = try ReferenceCase.load("G03")?.data else { return }
        let node = try TestNode.founder(seed: 181)
        let tea = [Line(item: "TEA", quantity: "2", cost: "1.00")]
        try node.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "3.00")]))
        try node.perform(.receive(Details(date: "2026-11-01"), tea, supplier: "A"))
        func isAllowed(_ key: String, _ command: Command) {
            let expected = data[key]?.text
            #expect(expected != nil, "\(key)")
            #expect(
                (node.refusal(command) == nil) == (expected == "allowed"),
                "\(key) should be \(expected ?? "")")
        }
        let order = try node.perform(
            .order(
                Details(date: "2026-11-02"),
                .open(OrderForm(kind: .sale, party: "Hotel", lines: tea)))
        ).subject
        let close = Command.close(Details(), through: "2026-11-10", isYearEnd: false)
        let reserve = Command.order(
            Details(date: "2026-11-02"), .reserve(order: order, [], atMost: false))
        try node.perform(reserve)
        isAllowed("close_with_assigned_(reserved)_move_inside", close)
        try node.perform(.order(Details(), .release(order: order, [])))
        isAllowed(
            "close_today_or_future", .close(Details(), through: "2026-11-18", isYearEnd: false))
        // The order is there, and nothing moves for it.
        isAllowed("close_with_draft_move_inside", close)
        isAllowed("change_state_of_move_dated_inside_closed_period", reserve)
        isAllowed(
            "create_or_edit_draft_inside",
            .order(
                Details(date: "2026-11-03"),
                .open(OrderForm(kind: .sale, party: "Hotel", lines: tea))))
        isAllowed("reopen", .reopen(Details(memo: "why not"), number: "HZa-E-2026-000001"))
        #expect(try node.verify().isSound)
    }

    /// C08 (Dynamics AX, metasfresh): what is paid at one branch for two of them balances at each.
    @Test func interunitEntries() throws {
        guard let data = try ReferenceCase.load("C08")?.data else { return }
        let branches = ["MSP": "HZ", "NY": "GZ"]
        let network = try TestNetwork.company(["gz"], seed: 182)
        let hz = try network["hz"]
        let entry = (data["entry"]?.list ?? []).map(\.texts)
        let paid = try #require(entry.first { $0[2] == "CR" })
        #expect(branches[paid[1]] == "HZ")
        try post(
            hz, nil, [("expense/\(entry[0][0])", paid[3]), ("bank/\(paid[0])", "-\(paid[3])")])
        for line in entry where line[2] == "DR" && line[1] != paid[1] {
            try hz.perform(
                .between(
                    Details(),
                    .charge(
                        to: branches[line[1]] ?? "", account: "expense/\(line[0])", amount: line[3])
                ))
        }
        network.run(milliseconds: 60_000)
        let balances = try hz.balances()
        for line in entry where line[2] == "DR" {
            let branch = try #require(branches[line[1]])
            #expect(balances["expense/\(branch)/\(line[0])"] == line[3])
        }
        for line in (data["auto"]?.list ?? []).map(\.texts) {
            let branch = try #require(branches[line[1]])
            let other = branch == "HZ" ? "GZ" : "HZ"
            let account = line[0] == "DueFrom" ? "due-from" : "due-to"
            #expect(balances["\(account)/\(branch)/\(other)"] == signed(line[2], line[3]))
        }
        // Each branch by itself.
        for branch in ["HZ", "GZ"] {
            let report = try hz.report(.accounts(StatementFilter(branches: [branch])))
            #expect(report.facts[1].value == report.facts[2].value)
        }
        #expect(try network.verify("hz").isSound)
    }

    /// C09: reciprocal balances cancel, and what one of two has not booked is a difference until it has.
    @Test func elimination() throws {
        guard let data = try ReferenceCase.load("C09")?.data else { return }
        let names = ["A": "HZ", "B": "GZ", "C": "SH"]
        let network = try TestNetwork.company(["gz", "sh"], seed: 183)
        let nodes = ["HZ": try network["hz"], "GZ": try network["gz"], "SH": try network["sh"]]
        func charge(_ from: String, _ to: String, _ amount: String) throws {
            try nodes[names[from] ?? ""]?.perform(
                .between(
                    Details(),
                    .charge(to: names[to] ?? "", account: "expense/goods", amount: amount)))
        }
        let three = try #require(data["three_branches"])
        var sum = 0
        for (from, to) in [("A", "B"), ("B", "C"), ("C", "A")] {
            let amount = try #require(three[from]?["receivable_\(to)"]?.text)
            try charge(from, to, amount)
            sum += Int(amount) ?? 0
        }
        #expect(three["eliminated_receivables"]?.text == "\(sum)")
        network.run(milliseconds: 60_000)
        let hz = try network["hz"]
        let all = try hz.report(.position(StatementFilter(to: "2026-12-31", byBranch: true)))
        func total(_ line: String) throws -> Int64 {
            let row = try #require(all.rows.first { $0[2].plain == line })
            return try row[3...5].reduce(Int64(0)) { try $0 + Amount.parse($1.plain, scale: 2) }
        }
        #expect(try total("Due from branches") == Int64(sum * 100))
        #expect(try total("Due to branches") == Int64(sum * 100))
        // The company's own column has neither.
        #expect(!all.rows.contains { $0[2].plain.contains("ranches") && $0[6].plain != "0.00" })
        #expect(three["link_account_after"]?.text == "0")

        // An invoice that the other has not seen.
        network.sever("hz", "gz")
        network.settle()
        let lost = try #require(data["lost_invoice"]?["A"]?["receivable_B"]?.text)
        try charge("A", "B", lost)
        let found = try hz.report(.reconcile(branch: nil)).rows
        #expect(found.count == 1 && found[0][2].plain == "\(lost).00")
        network.mend("hz", "gz")
        network.run(milliseconds: 60_000)
        #expect(try hz.report(.reconcile(branch: nil)).rows.isEmpty)
        #expect(try network.verify("gz").isSound)
    }
}
