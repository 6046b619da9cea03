import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// Directories that exist twice: a backup that was put back, a disk that was cloned.
@Suite struct CopyTests {
    private func company() throws -> TestNetwork {
        let network = try TestNetwork.company(["gz"], seed: 81)
        try network["hz"].perform(
            .addItems([ItemChange(code: "TEA", name: "Tea", price: "9.00")]))
        network.settle()
        try sell(try network["gz"])
        network.settle()
        return network
    }

    private func sell(_ node: TestNode, _ quantity: String = "1") throws {
        try node.perform(
            .sell(Details(), [Line(item: "TEA", quantity: quantity)], tender: "cash"))
    }

    /// Last month's copy comes back: it learns from its peers what it wrote since, and only then writes.
    @Test func aRestoredNodeLearnsItsOwnDocumentsFirst() throws {
        let network = try company()
        let backup = try TestNode(copying: try network["gz"])
        for _ in 0..<5 { try sell(try network["gz"]) }
        network.settle()
        let before = try network["hz"].report(.digests).rows
        network.sever("hz", "gz")
        network.settle()
        network.replace("gz", with: backup)
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        #expect(try backup.report(.digests).rows == before)
        let next = try backup.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        #expect(next.subject.hasSuffix("000007"))
        network.settle()
        #expect(try network["hz"].report(.digests).rows == backup.report(.digests).rows)
        #expect(try network["hz"].report(.exceptions).rows.allSatisfy { $0[0] != .text("fork") })
    }

    /// Two copies of one directory both write: both sides see it and say so, and the books that others
    /// hold stay as they are. A peer's word is no proof, so nobody's work is stopped by it.
    @Test func aCloneIsFoundOut() throws {
        let network = try company()
        let clone = try TestNode(copying: try network["gz"])
        try sell(try network["gz"], "2")
        network.settle()
        let before = try network["hz"].report(.digests).rows
        for _ in 0..<3 { try sell(clone, "5") }
        network.sever("hz", "gz")
        network.settle()
        network.replace("gz", with: clone)
        network.mend("hz", "gz")
        network.run(milliseconds: 120_000)
        #expect(try network["hz"].report(.digests).rows == before)
        for node in [try network["hz"], clone] {
            #expect(try node.report(.exceptions).rows.contains { $0[0] == .text("fork") })
        }
        // Others are not held up.
        try sell(try network["hz"])
        // It is remembered over a restart, and told with every document.
        let again = try TestNode(copying: clone)
        let sale = try again.perform(
            .sell(Details(), [Line(item: "TEA", quantity: "1")], tender: "cash"))
        #expect(sale.notices.contains { $0.hasPrefix(Refusal.Code.forked.rawValue) })
    }
}
