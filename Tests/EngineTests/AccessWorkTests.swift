import Foundation
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Work at a node that asks who acts: what is said where cost stands stays there, and the auditor takes no part.
@Suite struct AccessWorkTests {
    /// Stands in texts alone: in no form of them may a clerk meet this figure.
    private static let figure = "1234.57"

    private static let roles = [
        "Adam": "administrator", "Bo": "bookkeeper", "Cleo": "clerk", "Otto": "auditor",
    ]

    private struct Shop {
        let node: TestNode
        /// Stands in the branch's money alone.
        let entry: String
        let sale: String
    }

    /// HZ; everybody has the PIN `<name>-1234`.
    private func shop(seed: UInt64) throws -> Shop {
        let hz = try TestNode.founder(seed: seed)
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        let sale = try hz.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash")
        ).subject
        let entry = try hz.perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "expense/rent", amount: "5.00"),
                    JournalLine(account: "bank/main", amount: "-5.00"),
                ])
        ).subject
        for (name, role) in Self.roles.sorted(by: { $0.key < $1.key }) {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        #expect(code(hz.ask(.setPIN(person: "Adam", pin: "Adam-1234"))) == nil)
        for name in Self.roles.keys.sorted() where name != "Adam" {
            #expect(code(ask(hz, "Adam", .setPIN(person: name, pin: "\(name)-1234"))) == nil)
        }
        return Shop(node: hz, entry: entry, sale: sale)
    }

    private func ask(_ node: TestNode, _ person: String, _ request: Request) -> Reply {
        node.ask(.signed(Access(person: person, secret: "\(person)-1234"), request))
    }

    private func code(_ reply: Reply) -> Refusal.Code? {
        if case .refused(let refusal) = reply { refusal.code } else { nil }
    }

    private func report(_ node: TestNode, _ person: String, _ query: Query) throws -> Report {
        switch ask(node, person, .query(query)) {
        case .report(let report): return report
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    private func work(_ node: TestNode, _ person: String, _ act: WorkAct) -> Reply {
        ask(node, person, .perform(.work(Details(), act), wait: 0, waitMilliseconds: 0))
    }

    @discardableResult
    private func done(_ reply: Reply) throws -> String {
        switch reply {
        case .outcome(let outcome): return outcome.subject
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    @Test func whatIsSaidBesideCostStaysThere() throws {
        let shop = try shop(seed: 217)
        let (hz, entry, sale) = (shop.node, shop.entry, shop.sale)
        let hidden = try done(
            work(
                hz, "Bo",
                .open(TaskForm(text: "was it \(Self.figure)?", owner: "Cleo", about: entry))))
        let shown = try done(work(hz, "Bo", .open(TaskForm(text: "count", owner: "Cleo"))))
        try done(work(hz, "Bo", .comment(on: entry, text: "\(Self.figure) is too much")))
        try done(work(hz, "Bo", .decide(about: entry, text: "pay \(Self.figure)")))
        try done(work(hz, "Bo", .comment(on: hidden, text: "it was \(Self.figure)")))
        try done(work(hz, "Bo", .comment(on: sale, text: "told")))
        let queries: [Query] = [
            .tasks(TaskFilter(all: true)), .task(number: hidden), .document(number: hidden),
            .document(number: entry), .todo(TodoFilter()), .todo(TodoFilter(person: "Cleo")),
            .todo(TodoFilter(branch: "HZ")), .entries(number: hidden), .notices,
        ]
        var seen = 0
        for query in queries {
            for person in ["Cleo", "Adam"] {
                let reply = ask(hz, person, .query(query))
                let text = String(decoding: try JSONEncoder().encode(reply), as: UTF8.self)
                #expect(!text.contains(Self.figure), "\(person) \(query)")
            }
            let reply = ask(hz, "Otto", .query(query))
            let text = String(decoding: try JSONEncoder().encode(reply), as: UTF8.self)
            if text.contains(Self.figure) { seen += 1 }
        }
        // The figure is there to be seen: otherwise the test could not fail.
        #expect(seen == 6)
        // As if it were not there.
        #expect(code(ask(hz, "Cleo", .query(.task(number: hidden)))) == .unknownDocument)
        #expect(code(ask(hz, "Cleo", .query(.document(number: hidden)))) == .unknownDocument)
        let tasks = try report(hz, "Cleo", .tasks(TaskFilter(all: true))).rows
        #expect(tasks.map { $0[0].plain } == [shown])
        #expect(try report(hz, "Otto", .tasks(TaskFilter(all: true))).rows.count == 2)
        let page = try report(hz, "Cleo", .document(number: sale))
        #expect(page.notes.contains { $0.hasSuffix(": told") })
        // Without a name it is the list of who signed in.
        let own = try report(hz, "Cleo", .todo(TodoFilter()))
        #expect(own.facts.first?.value == .text("Cleo"))
        #expect(own.rows.map { $0[2].plain } == [shown])
        let whole = try report(hz, "Bo", .todo(TodoFilter(person: "Cleo")))
        #expect(Set(whole.rows.map { $0[2].plain }) == [hidden, shown])
        // Nor does a clerk write there.
        let acts: [WorkAct] = [
            .finish(task: hidden), .comment(on: hidden, text: "x"),
            .comment(on: entry, text: "x"), .decide(about: entry, text: "x"),
            .open(TaskForm(text: "x", about: entry)),
        ]
        for act in acts { #expect(code(work(hz, "Cleo", act)) == .notAllowed, "\(act)") }
        for act in [WorkAct.comment(on: sale, text: "x"), .finish(task: shown)] {
            #expect(code(work(hz, "Cleo", act)) == nil, "\(act)")
        }
        #expect(code(work(hz, "Bo", .finish(task: hidden))) == nil)
        // What was refused is written down.
        let log = try report(hz, "Otto", .auditLog(branch: nil, limit: 100)).rows
        let refused = log.filter { $0[2].plain == "refused" && $0[3].plain == "Cleo" }
        #expect(refused.count == acts.count && refused.allSatisfy { $0[5].plain == "B0313" })
    }

    @Test func theAuditorTakesNoPart() throws {
        let shop = try shop(seed: 218)
        let hz = shop.node
        let notice = try done(work(hz, "Bo", .post(text: "closed on Friday", branches: [])))
        let task = try done(work(hz, "Bo", .open(TaskForm(text: "count"))))
        let acts: [WorkAct] = [
            .open(TaskForm(text: "x")), .take(task: task), .hand(task: task, owner: "Cleo"),
            .comment(on: shop.sale, text: "x"), .decide(about: shop.sale, text: "x"),
            .post(text: "x", branches: []), .finish(task: task), .cancel(task: task),
        ]
        for act in acts {
            #expect(code(work(hz, "Otto", act)) == .notAllowed, "\(act)")
            for person in ["Adam", "Bo", "Cleo"] {
                // Dry: nothing is left behind.
                let reply = ask(hz, person, .checkAll([.work(Details(), act)]))
                guard case .outcomes(let results) = reply, case .done = results[0] else {
                    Issue.record("\(person) \(act): \(reply)")
                    continue
                }
            }
        }
        #expect(code(work(hz, "Otto", .read(notice: notice))) == nil)
        let people = try report(hz, "Adam", .people).rows.map { [$0[0].plain, $0[4].plain] }
        #expect(people.first { $0[0] == "Otto" }?[1] == "see what goods cost, take the books along")
        #expect(people.first { $0[0] == "Cleo" }?[1] == "sell, take part in the work")
    }
}
