import Replica
import Sodium
import Testing
import Wire

@testable import Gossip

/// A member that claims anything at all; `Scripts/fuzz` has many more claims in its target `gossip`.
@Suite struct HostileClaimTests {
    /// A replica that holds nothing.
    private struct Nothing: Holdings {
        let book = BookID(Blake2b.hash256([1]))
        let node: NodeID
        let member: NodeID

        func scopes() -> [Scope] { [.catalog] }
        func root(of scope: Scope) -> (root: [UInt8], digest: [UInt8]) {
            (Frontier().root, ScopeRoot.noDigest)
        }
        func heads(in scope: Scope) -> [(name: LogName, head: Head)] { [] }
        func head(of log: LogName) -> Head? { nil }
        func hash(of log: LogName, at seq: UInt64) -> Digest? { nil }
        func run(
            of log: LogName, from seq: UInt64, bytesMax: Int
        ) -> (bytes: [UInt8], last: UInt64) { ([], seq &- 1) }
        func accepts(_ log: LogName) -> Bool { true }
        func isMember(_ node: NodeID, with transport: AgreementPublicKey) -> Bool {
            node == member
        }
    }

    private let holdings: Nothing
    private let transport: AgreementPublicKey
    private let now = Instant(milliseconds: 10_000)
    private let id = LinkID(1)

    init() {
        var random = SeededRandom(seed: 41)
        let nodes = (0..<2).map { _ in NodeID(SigningKey(random: &random).publicKey) }
        holdings = Nothing(node: nodes[0], member: nodes[1])
        transport = AgreementKey(random: &random).publicKey
    }

    /// Connected to the member, which said hello.
    private func met(_ aliases: inout LogAliases) throws -> Gossip {
        var gossip = Gossip(incarnation: 1, seed: 1)
        try gossip.connected(
            id, isInitiator: false, transport: transport, address: nil, holdings, at: now)
        let hello = Hello(
            features: 0, node: holdings.member, incarnation: 1, milliseconds: 0, links: 0,
            scopes: [], contacts: [])
        try gossip.received(Message.hello(hello).bytes(&aliases), on: id, holdings, at: now)
        return gossip
    }

    /// Two logs up to 2^64 − 1 were more than the sum of what we lack could count, and asking for the
    /// peers trapped.
    @Test func claimsBeyondAllNumbersAreShownAsTheGreatest() throws {
        var aliases = LogAliases()
        var gossip = try met(&aliases)
        let reaches = (1...3).map { incarnation in
            Reach(
                log: LogReference(
                    LogName(
                        author: holdings.member, incarnation: UInt64(incarnation),
                        scope: .catalog), in: holdings.book), seq: .max)
        }
        try gossip.received(Message.note(reaches).bytes(&aliases), on: id, holdings, at: now)
        #expect(gossip.peers.map(\.behind) == [.max])
        #expect(gossip.peers.map(\.ahead) == [0])
    }
}
