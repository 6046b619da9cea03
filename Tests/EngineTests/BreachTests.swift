import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// A node that asks nobody who acts: others see what its people may not do. The test's day is 18 November.
@Suite struct BreachTests {
    private func company(seed: UInt64) throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: seed)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try hz.perform(.addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        try gz.perform(.find(Details(date: "2026-10-01"), [Line(item: "TEA", quantity: "100")]))
        for (name, role) in [
            "Cleo": "clerk", "Bo": "bookkeeper", "Mia": "manager", "Vic": "approver",
        ].sorted(by: { $0.key < $1.key }) {
            try hz.perform(.setPerson(PersonChange(name: name, roles: [role])))
        }
        network.settle()
        return network
    }

    private func rent(_ person: String?, _ date: String? = nil) -> Command {
        .journal(
            Details(date: date, person: person),
            [
                JournalLine(account: "expense/rent", amount: "5.00"),
                JournalLine(account: "bank/main", amount: "-5.00"),
            ])
    }

    private func sale(_ person: String) -> Command {
        .sell(Details(person: person), [Line(item: "TEA", quantity: "1")], tender: "cash")
    }

    private func roles(_ node: TestNode) throws -> [[String]] {
        try node.report(.exceptions).rows.map { $0.map(\.plain) }.filter { $0[0] == "role" }
    }

    /// What the documents say: Cleo is a clerk, and wrote a journal entry at GZ, which asks nobody.
    @Test func whatARoleDoesNotAllowIsTold() throws {
        let network = try company(seed: 900)
        let (hz, gz) = (try network["hz"], try network["gz"])
        let number = try gz.perform(rent("Cleo")).subject
        for command in [
            sale("Cleo"), sale("Mia"), rent("Bo"), rent("Mia"),
            // Of these nobody said a role of the program's.
            rent("Vic"), rent("Nobody"), rent(nil),
        ] { try gz.perform(command) }
        network.settle()
        let row = try #require(try roles(hz).first)
        #expect(row[1] == "\(number): Cleo is no bookkeeper or manager" && row[2] == "1")
        #expect(
            row[3].hasPrefix(
                "Mia: `branchbook reverse \(number)` at GZ, or `branchbook person set Cleo --role bookkeeper`"
            ))
        #expect(row[4] == "Cleo")
        #expect(try roles(hz).count == 1)
        #expect(try roles(gz).isEmpty, "who wrote it was there")
        // More of the same is one row, another kind another.
        try gz.perform(rent("Cleo"))
        try gz.perform(.writeOff(Details(person: "Cleo"), [Line(item: "TEA", quantity: "1")]))
        try gz.perform(sale("Bo"))
        network.settle()
        #expect(try roles(hz).map { $0[2] }.sorted() == ["1", "1", "2"])
        #expect(try roles(hz).contains { $0[1].hasPrefix("\(number) and 1 more: Cleo is no") })
        // Taken back, or allowed from now on: nothing is left of it.
        try gz.perform(.reverse(Details(person: "Mia"), number: number))
        network.settle()
        #expect(try roles(hz).map { $0[2] } == ["1", "1", "1"])
        try hz.perform(.setPerson(PersonChange(name: "Cleo", roles: ["manager"])))
        #expect(try roles(hz).map { $0[1].hasSuffix("Bo is no clerk or manager") } == [true])
        // Back to what she was: what she did as a manager she did as one.
        try hz.perform(.setPerson(PersonChange(name: "Cleo", roles: ["clerk"])))
        #expect(try roles(hz).count == 1)
    }

    /// Of days that are closed nobody is told any more, nor of what is long past.
    @Test func ofOpenDaysAlone() throws {
        let network = try company(seed: 910)
        let (hz, gz) = (try network["hz"], try network["gz"])
        try gz.perform(rent("Cleo", "2026-10-10"))
        try gz.perform(rent("Cleo", "2026-11-05"))
        try gz.perform(rent("Cleo", "2026-11-12"))
        network.settle()
        #expect(try roles(hz).map { $0[2] } == ["2"])
        try gz.perform(.close(Details(person: "Bo"), through: "2026-11-10", isYearEnd: false))
        network.settle()
        #expect(try roles(hz).map { $0[2] } == ["1"])
    }

    /// No kind of document asks for a right that no role has, and each right's own kinds are its own.
    @Test func everyKindHasItsRoles() {
        for kind in DocumentKind.allCases where kind != .statement {
            #expect(!Role.writing(kind).isEmpty && Role.writing(kind).contains(.manager))
            #expect(!Role.writing(kind).contains(.auditor))
        }
        #expect(Role.writing(.sale) == [.clerk, .manager])
        #expect(Role.writing(.journal) == [.bookkeeper, .manager])
        #expect(DocumentKind.statement.rights.isEmpty)
    }
}
