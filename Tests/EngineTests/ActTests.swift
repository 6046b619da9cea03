import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// What people did, summed up for an auditor. The test's day is 18 November.
@Suite struct ActTests {
    private static let roles = [
        "Adam": "administrator", "Cleo": "clerk", "Mia": "manager", "Otto": "auditor",
    ]

    /// HZ and GZ; everybody has the PIN `<name>-1234` at HZ. Cleo sold three times at HZ, Lin once at GZ.
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(
            .addItems([ItemChange(code: "POST", name: "Post", price: "5.00", kind: "service")]))
        network.settle()
        for (name, role) in Self.roles.sorted(by: { $0.key < $1.key }) {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        func sale(_ date: String, _ person: String? = nil) -> Command {
            .sell(
                Details(date: date, person: person), [Line(item: "POST", quantity: "1")],
                tender: "cash")
        }
        for date in ["2026-10-30", "2026-11-02", "2026-11-03"] {
            try hz.perform(sale(date, "Cleo"))
        }
        try gz.perform(sale("2026-11-04"))
        try hz.perform(
            .reverse(Details(date: "2026-11-05", person: "Mia"), number: "HZa-S-2026-000003"))
        for name in ["Adam", "Cleo", "Mia", "Otto"] {
            let set = Request.setPIN(person: name, pin: "\(name)-1234")
            guard case .outcome = name == "Adam" ? hz.ask(set) : ask(hz, "Adam", set) else {
                throw Refusal(.fault, "no PIN of \(name)")
            }
        }
        network.settle()
        return network
    }

    private func ask(_ node: TestNode, _ person: String, _ request: Request) -> Reply {
        node.ask(.signed(Access(person: person, secret: "\(person)-1234"), request))
    }

    private func rows(_ reply: Reply) -> [String]? {
        guard case .report(let report) = reply else { return nil }
        return report.rows.map { $0.map(\.plain).joined(separator: " ") }
    }

    private let acts = HandingOnQuery.acts(from: "2026-11-01", to: "2026-11-30")

    @Test func whoDidWhatIsOnOnePage() throws {
        let network = try company(seed: 480)
        let (hz, gz) = (try network["hz"], try network["gz"])
        _ = hz.ask(.signIn(person: "Cleo", pin: "Cleo-1234"))
        _ = hz.ask(.signIn(person: "Cleo", pin: "Cleo-1234"))
        _ = hz.ask(.signIn(person: "Cleo", pin: "wrong"))
        _ = ask(
            hz, "Cleo",
            .perform(
                .reverse(Details(), number: "HZa-S-2026-000001"), wait: 0, waitMilliseconds: 0))
        _ = ask(hz, "Otto", .export(.journal(JournalFilter())))
        _ = ask(
            hz, "Adam",
            .perform(
                .setPerson(PersonChange(name: "Cleo", roles: ["clerk", "buyer"])), wait: 0,
                waitMilliseconds: 0))
        network.settle()
        let expected = [
            "Adam administrator HZ roles 1 2026-11-18 2026-11-18",
            "Adam administrator HZ secret 4 2026-11-18 2026-11-18",
            "Cleo buyer clerk HZ refused 2 2026-11-18 2026-11-18",
            "Cleo buyer clerk HZ sale 2 2026-11-02 2026-11-03",
            "Cleo buyer clerk HZ signed in 2 2026-11-18 2026-11-18",
            "Lin  GZ sale 1 2026-11-04 2026-11-04",
            "Mia manager HZ reversal 1 2026-11-05 2026-11-05",
            "Otto auditor HZ exported 1 2026-11-18 2026-11-18",
        ]
        let roles = "Lin  HZ roles 4 2026-11-18 2026-11-18"
        let told = try #require(rows(ask(hz, "Otto", .query(.handingOn(acts)))))
        #expect(told.filter { $0 != roles } == expected)
        // The same at head office's other node, which asks nobody.
        #expect(
            try gz.report(.handingOn(acts)).rows.map { $0.map(\.plain).joined(separator: " ") }
                == told)
        // Who takes nothing along is told nothing.
        #expect(rows(ask(hz, "Cleo", .query(.handingOn(acts)))) == nil)
        // In October there was one sale.
        let october = HandingOnQuery.acts(from: nil, to: "2026-10-31")
        #expect(
            try gz.report(.handingOn(october)).rows.map { $0.map(\.plain)[0...4] }
                == [["Cleo", "buyer clerk", "HZ", "sale", "1"]])
    }

    /// Every note is in the pages, a branch's month in each, and no more sign-ins of a day than fit.
    @Test func notesAreHandedOnPageByPage() throws {
        let network = try company(seed: 482)
        let (hz, gz) = (try network["hz"], try network["gz"])
        for _ in 0..<120 { _ = hz.ask(.signIn(person: "Mia", pin: "Mia-1234")) }
        _ = try gz.perform(.setPerson(PersonChange(name: "Gu", roles: ["clerk"])))
        network.settle()
        var (after, pages, found): (String?, Int, [[String]]) = (nil, 0, [])
        repeat {
            let page = try gz.report(
                .handingOn(.notes(from: nil, to: nil, after: after)))
            found += page.rows.map { $0.map(\.plain) }
            pages += 1
            after = page.facts.first { $0.key == "next" }?.value.plain
        } while after != nil && pages < 10
        #expect(pages == 2)
        let log = try gz.report(.auditLog(branch: nil, limit: 1_000)).rows.map { $0.map(\.plain) }
        #expect(Set(found) == Set(log) && found.count == log.count)
        let signed = found.filter { $0[2] == "signed in" }
        #expect(signed.count == 100)
        #expect(signed.last?[4] == "signed in (more of today is not written)")
        #expect(found.contains { $0[0] == "GZ" && $0[2] == "roles" })
        #expect(
            try gz.report(.handingOn(.notes(from: nil, to: "2026-10-31", after: nil))).rows
                .isEmpty)
    }
}
