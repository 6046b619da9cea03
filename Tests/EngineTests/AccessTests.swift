import Foundation
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// Who may do what at a node that asks who acts. The test's day is 18 November.
@Suite struct AccessTests {
    /// What a tea costs; in no form of it may a clerk meet this figure.
    private static let cost = "1234.57"

    private static let roles = [
        "Adam": "administrator", "Cleo": "clerk", "Stan": "storekeeper", "Bea": "buyer",
        "Bo": "bookkeeper", "Mia": "manager", "Otto": "auditor",
    ]

    /// HZ and GZ; everybody has the PIN `<name>-1234` at HZ.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let hz = try network["hz"]
        try hz.perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "2000.00", tax: "13")]))
        try hz.perform(
            .receive(
                Details(date: "2026-11-01"), [Line(item: "TEA", quantity: "8", cost: Self.cost)],
                supplier: "Mill"))
        try hz.perform(
            .sell(
                Details(date: "2026-11-05", party: "Hotel"), [Line(item: "TEA", quantity: "1")],
                tender: "credit"))
        try hz.perform(
            .ship(Details(date: "2026-11-06"), [Line(item: "TEA", quantity: "2")], to: "GZ"))
        for (name, role) in Self.roles.sorted(by: { $0.key < $1.key }) {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        try done(hz.ask(.setPIN(person: "Adam", pin: "Adam-1234")))
        for name in Self.roles.keys.sorted() where name != "Adam" {
            try done(ask(hz, "Adam", .setPIN(person: name, pin: "\(name)-1234")))
        }
        network.settle()
        return network
    }

    @discardableResult
    private func done(_ reply: Reply) throws -> Outcome {
        switch reply {
        case .outcome(let outcome): return outcome
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    private func ask(_ node: TestNode, _ person: String, _ request: Request) -> Reply {
        node.ask(.signed(Access(person: person, secret: "\(person)-1234"), request))
    }

    private func code(_ reply: Reply) -> Refusal.Code? {
        if case .refused(let refusal) = reply { refusal.code } else { nil }
    }

    private func perform(_ node: TestNode, _ person: String, _ command: Command) -> Refusal.Code? {
        code(ask(node, person, .perform(command, wait: 0, waitMilliseconds: 0)))
    }

    private func tea(_ quantity: String) -> [Line] { [Line(item: "TEA", quantity: quantity)] }

    @Test func whoSignsInActs() throws {
        let network = try company(seed: 210)
        let hz = try network["hz"]
        let sale = Command.sell(Details(), tea("1"), tender: "cash")
        #expect(hz.refusal(sale) == .notSignedIn)
        #expect(code(hz.ask(.query(.stock(branch: nil, item: nil, limit: 1)))) == .notSignedIn)
        #expect(code(hz.ask(.query(.status))) == nil)
        let sold = try done(
            ask(hz, "Cleo", .perform(sale, wait: 0, waitMilliseconds: 0)))
        let page = try #require(report(ask(hz, "Otto", .query(.document(number: sold.subject)))))
        #expect(page.facts.first { $0.key == "person" }?.value == .text("Cleo"))
        // In another's name it is refused; in their own it may be said.
        #expect(
            perform(hz, "Cleo", .sell(Details(person: "Mia"), tea("1"), tender: "cash"))
                == .notThisPerson)
        #expect(
            perform(hz, "Cleo", .sell(Details(person: "Cleo"), tea("1"), tender: "cash")) == nil)
        #expect(
            code(
                hz.ask(
                    .signed(
                        Access(person: "Cleo", secret: "Cleo-1234"),
                        .signed(Access(person: "Mia", secret: "Mia-1234"), .query(.people)))))
                == .badOption)
        // GZ asks nobody yet.
        #expect(try network["gz"].refusal(.sell(Details(), tea("1"), tender: "cash")) == nil)
    }

    private func report(_ reply: Reply) -> Report? {
        if case .report(let report) = reply { report } else { nil }
    }

    /// Each command, and who of all may give it.
    @Test func aRoleAllowsWhatItAllows() throws {
        let network = try company(seed: 211)
        let hz = try network["hz"]
        let cases: [(Command, Set<String>)] = [
            (.sell(Details(), tea("1"), tender: "cash"), ["Cleo", "Mia"]),
            (
                .receive(Details(), [Line(item: "TEA", quantity: "1", cost: "1")], supplier: "A"),
                ["Stan", "Bea", "Mia"]
            ),
            (.writeOff(Details(), tea("1")), ["Stan", "Bea", "Mia"]),
            (
                .pay(
                    Details(),
                    Payment(direction: .received, party: "Hotel", amount: "1", through: "cash")),
                ["Bo", "Mia"]
            ),
            (
                .order(
                    Details(),
                    .open(
                        OrderForm(
                            kind: .purchase, party: "Mill",
                            lines: [Line(item: "TEA", quantity: "1", cost: "1")]))),
                ["Bea", "Mia"]
            ),
            (.setItem(ItemChange(code: "TEA", name: "Tee")), ["Adam", "Bo", "Mia"]),
            (.setPerson(PersonChange(name: "Zoe", roles: ["clerk"])), ["Adam"]),
            (.setWorkflow(WorkflowChange(kind: .purchase, steps: [])), ["Adam"]),
            (.close(Details(), through: "2026-10-01", isYearEnd: false), ["Bo", "Mia"]),
        ]
        for (command, those) in cases {
            for name in Self.roles.keys.sorted() {
                // Dry: nothing is left behind.
                let reply = ask(hz, name, .checkAll([command]))
                #expect((code(reply) == .notAllowed) != those.contains(name), "\(name) \(command)")
                if code(reply) == nil, case .outcomes(let results) = reply,
                    case .refused(let refusal) = results[0]
                {
                    Issue.record("\(name) \(command): \(refusal)")
                }
            }
        }
        let requests: [(Request, Set<String>)] = [
            (.setOnline(true), ["Adam"]), (.makeToken(person: "Cleo", days: 1), ["Adam"]),
            (.dropSecrets(person: "Zoe"), ["Adam"]),
            (.export(.journal(JournalFilter())), ["Bo", "Mia", "Otto"]),
        ]
        for (request, those) in requests {
            for name in Self.roles.keys.sorted() {
                #expect(
                    (code(ask(hz, name, request)) == .notAllowed) != those.contains(name),
                    "\(name) \(request)")
            }
        }
    }

    /// Every report there is, asked by a clerk: in none of them stands what goods cost, alone or of several.
    @Test func aClerkSeesNoCost() throws {
        let network = try company(seed: 212)
        let hz = try network["hz"]
        let order = try done(
            ask(
                hz, "Bea",
                .perform(
                    .order(
                        Details(),
                        .open(
                            OrderForm(
                                kind: .purchase, party: "Mill",
                                lines: [Line(item: "TEA", quantity: "1", cost: Self.cost)]))),
                    wait: 0, waitMilliseconds: 0))
        ).subject
        func enter(_ person: String, _ command: Command) throws -> String {
            try done(ask(hz, person, .perform(command, wait: 0, waitMilliseconds: 0))).subject
        }
        let sheet = try enter(
            "Stan", .count(Details(), .now(CountOrder(), [Line(item: "TEA", quantity: "4")])))
        _ = try enter(
            "Mia",
            .setTarget(
                TargetChange(
                    branch: "HZ", month: "2026-11",
                    figures: [.init(measure: "margin", value: "1000")])))
        // The branch tells what it reached.
        network.now = hz.now
        network.run(milliseconds: 2_000_000)
        let month = StatementFilter(from: "2026-11-01", to: "2026-11-30")
        let queries: [Query] = [
            .status, .peers, .log(scope: nil, limit: 100),
            .items(search: nil, after: nil, limit: 10), .item(code: "TEA"),
            .transfers(openOnly: false), .journal(JournalFilter()),
            .balance(branch: nil, asAt: nil), .stock(branch: nil, item: nil, limit: 10),
            .locations(branch: nil), .board(item: nil),
            .movement(MovementFilter(from: "2026-11-01", to: "2026-11-30")),
            .card(CardFilter(branch: "HZ", item: "TEA", from: "2026-11-01", to: "2026-11-30")),
            .reorder(branch: nil, all: true),
            .margin(MarginFilter(by: ["branch"], from: "2026-11-01", to: "2026-11-30")),
            .exceptions, .bookmarks(limit: 10), .digests, .invitations, .members,
            .document(number: "HZa-G-2026-000001"), .document(number: "HZa-S-2026-000001"),
            .document(number: "HZa-T-2026-000001"), .document(number: order),
            .paper(number: "HZa-S-2026-000001"),
            .labels(items: ["TEA"]), .sales(branch: nil, from: nil, to: nil, byDay: true),
            .derived, .counts(openOnly: false), .order(number: order), .orders(OrderFilter()),
            .units(item: nil), .lots(branch: nil, item: nil, within: nil),
            .purchases(branch: nil, from: "2026-11-01", to: "2026-11-30"),
            .slowStock(branch: nil, days: 1), .stockAge(branch: nil),
            .stockAsAt(branch: nil, item: nil, day: "2026-11-18", limit: 10),
            .quotas(branch: nil), .quotaProposals(branch: nil, cover: 5, past: 5),
            .parties(search: nil), .priceLists, .shifts(openOnly: false), .workflows, .people,
            .accounts(month), .profit(month), .position(month), .taxes(month),
            .ledger(LedgerFilter(account: "inventory/HZ", from: "2026-11-01", to: "2026-11-30")),
            .ledger(LedgerFilter(account: "stock/", from: "2026-11-01", to: "2026-11-30")),
            .ageing(AgeingFilter(of: "payable")), .ageing(AgeingFilter(of: "receivable")),
            .openItems(.payable, party: nil, branch: nil),
            .openItems(.receivable, party: nil, branch: nil),
            .matchProposals(.payable, party: nil),
            .partyStatement(
                .payable, party: "Mill", branch: nil, from: "2026-11-01", to: "2026-11-30"),
            .invoices(party: nil, openOnly: false), .debts,
            .tenders(branch: nil, from: "2026-11-01", to: "2026-11-30"),
            .bankStatement(bank: "main", from: "2026-11-01", to: "2026-11-30"),
            .auditLog(branch: nil, limit: 10), .reconcile(branch: nil), .periods(branch: nil),
            .lateEntries(limit: 10), .document(number: order), .document(number: sheet),
            .count(sheet: sheet), .seals, .rates, .currencies(branch: nil, asAt: nil), .recurring,
            .tasks(TaskFilter(all: true)), .notices, .todo(TodoFilter(person: "Mia")),
            .todo(TodoFilter(branch: "HZ")), .targets(branch: nil),
            .targetReport(month: "2026-11", branch: nil),
            .league(month: "2026-11", measure: nil), .league(month: "2026-11", measure: "margin"),
            .cash(month), .entries(number: "HZa-G-2026-000001"),
            .handingOn(.documents(from: nil, to: nil, after: nil, byEntry: false)),
            .handingOn(.derived(from: nil, to: nil)),
            .handingOn(.stock(at: "2026-11-18", after: nil)), .handingOn(.logs),
            .handingOn(.acts(from: nil, to: nil)),
            .handingOn(.notes(from: nil, to: nil, after: nil)), .charts, .chart(name: "cn-small"),
            .charges(branch: nil, openOnly: false, limit: 10),
        ]
        // Of 1 to 8 teas, as an amount and as it may be rounded.
        // And what was earned on the one that was sold.
        let figures =
            (1...8).map { Amount.text(Int64($0 * 123_457), scale: 2) } + ["765.43"]
        func leaks(_ reply: Reply) throws -> [String] {
            let text = String(decoding: try JSONEncoder().encode(reply), as: UTF8.self)
            return figures.filter { text.contains($0) }
        }
        var seen = 0
        for query in queries {
            for request in [Request.query(query), .record(query)] {
                #expect(try leaks(ask(hz, "Cleo", request)) == [], "\(query)")
                #expect(try leaks(ask(hz, "Stan", request)) == [], "\(query)")
            }
            if try !leaks(ask(hz, "Otto", .query(query))).isEmpty { seen += 1 }
        }
        // The figure is there to be seen: otherwise the test could not fail.
        #expect(seen > 12)
        #expect(code(ask(hz, "Cleo", .lookBack(.derived, to: "x"))) == .notAllowed)
        let shown = try #require(
            report(ask(hz, "Cleo", .query(.stock(branch: "HZ", item: nil, limit: 10)))))
        #expect(shown.rows[0][3].plain == "4")
    }

    /// Nor in what a command answers: not the worth of goods that come for an order, nor of differences.
    @Test func anOutcomeTellsNoCost() throws {
        let network = try company(seed: 217)
        let hz = try network["hz"]
        func done(_ person: String, _ command: Command) throws -> Outcome {
            try self.done(ask(hz, person, .perform(command, wait: 0, waitMilliseconds: 0)))
        }
        let order = try done(
            "Bea",
            .order(
                Details(),
                .open(
                    OrderForm(
                        kind: .purchase, party: "Mill",
                        lines: [Line(item: "TEA", quantity: "1", cost: Self.cost)])))
        ).subject
        _ = try done("Bea", .order(Details(), .place(order: order)))
        let received = try done("Stan", .receive(Details(order: order), [], supplier: "Mill"))
        #expect(received.total == nil && !received.summary.contains("1234"))
        let page = try #require(report(ask(hz, "Cleo", .query(.document(number: order)))))
        #expect(!"\(page)".contains(Self.cost))
        // A draft is of who asked for it.
        for request in [
            Request.draftOrders(Details(person: "Li")),
            .bookBank(Details(person: "Li"), bank: "main"),
        ] { #expect(code(ask(hz, "Mia", request)) == .notThisPerson) }
        #expect(code(ask(hz, "Bea", .lookBack(.handingOn(.keys), to: "x"))) == .notAllowed)
    }

    @Test func whoDatesBackIsBound() throws {
        let network = try company(seed: 213)
        let hz = try network["hz"]
        func sell(_ date: String) -> Command {
            .sell(Details(date: date), tea("1"), tender: "cash")
        }
        #expect(perform(hz, "Cleo", sell("2026-11-17")) == .backDated)
        #expect(perform(hz, "Cleo", sell("2026-11-18")) == nil)
        #expect(perform(hz, "Mia", sell("2026-10-01")) == nil)
        #expect(
            perform(hz, "Adam", .setPerson(PersonChange(name: "Cleo", daysBack: "2"))) == nil)
        #expect(perform(hz, "Cleo", sell("2026-11-16")) == nil)
        #expect(perform(hz, "Cleo", sell("2026-11-15")) == .backDated)
        // Who works elsewhere does not sign in here.
        #expect(
            perform(hz, "Adam", .setPerson(PersonChange(name: "Cleo", branches: ["GZ"]))) == nil)
        #expect(perform(hz, "Cleo", sell("2026-11-18")) == .notAllowed)
    }

    @Test func secretsHoldAndEnd() throws {
        let network = try company(seed: 214)
        let hz = try network["hz"]
        let sale = Request.perform(
            .sell(Details(), tea("1"), tender: "cash"), wait: 0, waitMilliseconds: 0)
        let token = try done(hz.ask(.signIn(person: "Cleo", pin: "Cleo-1234"))).subject
        let secret = String(token.dropFirst("Cleo:".count))
        func byToken(_ person: String = "Cleo") -> Refusal.Code? {
            code(hz.ask(.signed(Access(person: person, secret: secret), sale)))
        }
        #expect(byToken() == nil)
        // A token is one person's.
        #expect(byToken("Mia") == .wrongSecret)
        // Nor does it set a PIN, or last longer than one.
        #expect(
            code(
                hz.ask(
                    .signed(
                        Access(person: "Cleo", secret: secret),
                        .setPIN(person: "Cleo", pin: "new-1234")))) == .notAllowed)
        hz.now = hz.now.advanced(byMilliseconds: 13 * 3_600_000)
        #expect(byToken() == .wrongSecret)
        // What cannot be guessed closes no door.
        for _ in 0..<10 { #expect(byToken() == .wrongSecret) }
        #expect(code(ask(hz, "Cleo", sale)) == nil)
        // Five wrong ones close the door for a while, also to the right one; other people's stay open.
        for _ in 0..<5 {
            #expect(
                [.wrongSecret, .signInLocked].contains(
                    code(hz.ask(.signed(Access(person: "Cleo", secret: "0000"), sale)))))
        }
        #expect(code(ask(hz, "Cleo", sale)) == .signInLocked)
        #expect(code(ask(hz, "Mia", sale)) == nil)
        hz.now = hz.now.advanced(byMilliseconds: 16 * 60_000)
        #expect(code(ask(hz, "Cleo", sale)) == nil)
        // Work with a token beside it makes nobody's guesses fewer.
        let again = try done(hz.ask(.signIn(person: "Cleo", pin: "Cleo-1234"))).subject
        for _ in 0..<5 {
            _ = hz.ask(.signed(Access(person: "Cleo", secret: "0000"), sale))
            _ = hz.ask(
                .signed(
                    Access(person: "Cleo", secret: String(again.dropFirst("Cleo:".count))),
                    .query(.priceLists)))
        }
        #expect(code(ask(hz, "Cleo", sale)) == .signInLocked)
        hz.now = hz.now.advanced(byMilliseconds: 16 * 60_000)
        try done(ask(hz, "Adam", .dropSecrets(person: "Cleo")))
        #expect(code(ask(hz, "Cleo", sale)) == .wrongSecret)
        // A PIN is not kept: neither it nor a token stands in any file.
        for file in try hz.files() {
            for text in ["Mia-1234", secret] {
                #expect(!file.contains(Array(text.utf8)), "\(text)")
            }
        }
        // With the daemon up nobody takes the question away.
        #expect(code(ask(hz, "Adam", .resetAccess)) == .notAllowed)
        let visit = try TestNode(copying: hz, options: .init(talksToPeers: false))
        #expect(code(visit.ask(sale)) == .notSignedIn)
        try done(visit.ask(.resetAccess))
        #expect(code(visit.ask(.query(.people))) == nil)
    }

    @Test func theFirstIsAnAdministrator() throws {
        let network = try TestNetwork.company([], seed: 215)
        let hz = try network["hz"]
        try hz.perform(.setPerson(PersonChange(name: "Cleo", roles: ["clerk"])))
        #expect(code(hz.ask(.setPIN(person: "Cleo", pin: "1234"))) == .notAllowed)
        #expect(code(hz.ask(.setPIN(person: "Cleo", pin: "123"))) == .badOption)
        try hz.perform(.setPerson(PersonChange(name: "Adam", roles: ["administrator"])))
        try done(hz.ask(.setPIN(person: "Adam", pin: "Adam-1234")))
        #expect(code(ask(hz, "Adam", .setPIN(person: "Nobody", pin: "1234"))) == .notAllowed)
        #expect(code(ask(hz, "Adam", .makeToken(person: "Cleo", days: 0))) == .badOption)
    }

    /// Refusals, exports and roles are written down where head office reads them; and no more of them than fit a day.
    @Test func whatHappenedIsWrittenDown() throws {
        let network = try company(seed: 216)
        let hz = try network["hz"]
        _ = perform(hz, "Cleo", .writeOff(Details(), tea("1")))
        _ = hz.ask(.signed(Access(person: "Mia", secret: "wrong"), .query(.people)))
        _ = ask(hz, "Otto", .export(.journal(JournalFilter())))
        _ = perform(
            hz, "Adam",
            .setPerson(
                PersonChange(
                    name: "Cleo", roles: ["clerk", "buyer"], deputy: "Mia", daysBack: "2",
                    branches: ["HZ"])))
        network.settle()
        let log = try network["gz"].report(.auditLog(branch: "HZ", limit: 100)).rows.map {
            $0[2...5].map(\.plain)
        }
        #expect(
            Array(log.suffix(4)) == [
                ["refused", "Cleo", "Cleo may not move goods", "B0313"],
                ["refused", "Mia", "that is not the PIN or token of Mia, or it is over", "B0311"],
                ["exported", "Otto", "journal", ""],
                [
                    "roles", "Adam",
                    "Cleo: roles clerk buyer, days back 2, branches HZ, deputy Mia",
                    "",
                ],
            ])
        #expect(log.filter { $0[0] == "secret" }.count == Self.roles.count)
        // Who is refused leaves room for others, and who says no name for who says one.
        for _ in 0..<150 { _ = ask(hz, "Cleo", .setOnline(true)) }
        for _ in 0..<30 { _ = hz.ask(.query(.people)) }
        _ = ask(hz, "Otto", .export(.journal(JournalFilter())))
        func rows(_ node: TestNode) throws -> [[String]] {
            try #require(
                report(ask(node, "Otto", .query(.auditLog(branch: "HZ", limit: 10_000))))
            ).rows.map { $0.map(\.plain) }
        }
        let all = try rows(hz)
        #expect(all.filter { $0[2] == "refused" && $0[3] != "?" }.count == 100)
        #expect(all.filter { $0[2] == "refused" && $0[3] == "?" }.count == 20)
        #expect(all.filter { $0[4].hasSuffix("(more of today is not written)") }.count == 2)
        #expect(all.last?[2...4] == ["exported", "Otto", "journal"])
        // A further page, and a part of what was noted, are not noted again; the keys always are.
        _ = ask(hz, "Otto", .export(.status, isPart: true))
        _ = ask(hz, "Otto", .export(.journal(JournalFilter(after: "x"))))
        for request in [
            Request.export(.handingOn(.keys), isPart: true), .query(.handingOn(.keys)),
            .record(.handingOn(.keys)),
        ] { _ = ask(hz, "Otto", request) }
        let later = try rows(hz)
        #expect(later.count == all.count + 3)
        #expect(later.suffix(3).allSatisfy { $0[2...4] == ["exported", "Otto", "package"] })
        // Who opens the directory anew counts on; the next day begins anew.
        let other = try TestNode(copying: hz, options: .init(talksToPeers: false))
        #expect(try other.engine.store.setting("audited")?.hasPrefix("2026-11-18 100 20 ") == true)
        _ = ask(other, "Cleo", .setOnline(true))
        #expect(try rows(other).count == later.count)
        hz.now = hz.now.advanced(byMilliseconds: 86_400_000)
        _ = ask(hz, "Cleo", .setOnline(true))
        #expect(try rows(hz).last?[1...3] == ["2026-11-19", "refused", "Cleo"])
        for name in ["gz"] { #expect(try network.verify(name).isSound) }
    }
}

/// Whose log is long.
@Suite struct AuditLogTests {
    /// As a node notes it, on other days.
    private func write(_ node: TestNode, _ branch: String, _ days: [String]) throws {
        let code = try #require(BranchCode(branch))
        var events: [Event] = []
        for text in days {
            let day = try #require(Day(text))
            events.append(
                Event(
                    entity: "audit/\(branch)/\(text.prefix(7))", kind: "secret", person: "Lin",
                    effectiveDate: day, fields: [.init("what", .text(text))]))
        }
        let engine = node.engine
        try engine.store.transact {
            _ = try engine.commit(
                [Draft.Part(.trade(code), events.map { .append($0) })], at: node.now)
            try engine.author?.seal(in: engine.store)
        }
    }

    /// The last days are shown, whichever branch they are of.
    @Test func theLastDaysOfAllBranchesAreShown() throws {
        let network = try TestNetwork.company(["gz"], seed: 219)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try write(hz, "HZ", ["2026-09-30", "2026-11-02", "2026-11-17"])
        try write(gz, "GZ", ["2026-10-05", "2026-11-03", "2026-11-17"])
        network.run(milliseconds: 60_000)
        let expected = [
            ["HZ", "2026-09-30"], ["GZ", "2026-10-05"], ["HZ", "2026-11-02"], ["GZ", "2026-11-03"],
            ["GZ", "2026-11-17"], ["HZ", "2026-11-17"],
        ]
        for node in [hz, gz] {
            for limit in 1...7 {
                let log = try node.report(.auditLog(branch: nil, limit: limit))
                #expect(
                    log.rows.map { $0[0...1].map(\.plain) } == Array(expected.suffix(limit)),
                    "\(limit)")
                #expect(log.notes.contains { $0.hasPrefix("Only the last") } == (limit < 6))
            }
            let own = try node.report(.auditLog(branch: "HZ", limit: 2)).rows
            #expect(own.map { $0[1].plain } == ["2026-11-02", "2026-11-17"])
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        guard let first = part.first, count >= part.count else { return false }
        return indices.dropLast(part.count - 1).contains {
            self[$0] == first && self[$0..<$0 + part.count].elementsEqual(part)
        }
    }
}
