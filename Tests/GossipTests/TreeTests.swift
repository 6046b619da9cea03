import Replica
import Sodium
import Testing

@testable import Gossip

/// The eager trees among two or three nodes.
@Suite struct TreeTests {
    private static let log = TestHoldings.log(0)

    /// Nodes 0, 1 and 2, all linked; node 0 has written twice, so that its tree stands.
    private func triangle() throws -> TestPeers {
        let peers = TestPeers(3)
        for (a, b) in [(0, 1), (0, 2), (1, 2)] { try peers.connect(a, b) }
        try peers.pass(100)
        try peers.write(0)
        try peers.pass(5_000)
        try peers.write(0)
        try peers.pass(5_000)
        peers.sent = []
        return peers
    }

    private func seqs(_ peers: TestPeers) -> [UInt64] {
        peers.holdings.map { $0.seqs[Self.log] ?? 0 }
    }

    @Test func theSecondCopyIsPruned() throws {
        let peers = TestPeers(3)
        for (a, b) in [(0, 1), (0, 2), (1, 2)] { try peers.connect(a, b) }
        try peers.pass(100)
        peers.held = [.init(from: 1, to: 2), .init(from: 2, to: 1)]
        try peers.write(0)
        try peers.deliver()
        peers.held = []
        try peers.pass(100)
        #expect(peers.count(.run) == 4)
        #expect(peers.count(.prune) == 2)
        peers.sent = []
        for _ in 0..<10 {
            try peers.write(0)
            try peers.pass(4_000)
        }
        #expect(peers.count(.run) == 20)
        #expect(peers.count(.prune) == 0)
        #expect(seqs(peers) == [11, 11, 11])
    }

    /// One note crosses a lazy link, from the side that began it; more entries of a second share it.
    @Test func notesWaitAndShareAMessage() throws {
        let peers = try triangle()
        for _ in 0..<5 {
            try peers.write(0)
            try peers.pass(10)
        }
        try peers.pass(5_000)
        #expect(peers.count(.note) == peers.count(.note, from: 1, to: 2))
        #expect((1...2).contains(peers.count(.note)))
        #expect(peers.count(.run) == 10)
    }

    @Test func aNoteAheadOfTheDataIsAnsweredByAGraft() throws {
        let peers = try triangle()
        // Node 2 does not hear of node 0 any more, and does not know.
        peers.lost = [.init(from: 0, to: 2)]
        try peers.write(0)
        try peers.pass(Link.noteMilliseconds + Link.noteStepMilliseconds)
        #expect(peers.count(.note, from: 1, to: 2) == 1)
        #expect(seqs(peers) == [3, 3, 2])
        try peers.pass(Gossip.graftMilliseconds)
        #expect(peers.count(.graft, from: 2, to: 1) == 1)
        #expect(seqs(peers) == [3, 3, 3])
        // From here on node 1 is the upstream.
        peers.sent = []
        try peers.write(0)
        try peers.deliver()
        #expect(seqs(peers) == [4, 4, 4])
        #expect(peers.count(.run, from: 1, to: 2) == 1)
    }

    /// The loss of the upstream is repaired before the next entry, not by it.
    @Test func aLostUpstreamIsReplacedAtOnce() throws {
        let peers = try triangle()
        try peers.disconnect(0, 2)
        try peers.deliver()
        #expect(peers.count(.graft, from: 2, to: 1) == 1)
        try peers.write(0)
        try peers.deliver()
        #expect(seqs(peers) == [3, 3, 3])
        #expect(peers.count(.run) == 2)
    }

    /// What was written while the upstream was lost comes with the graft.
    @Test func aGraftBringsWhatWasMissed() throws {
        let peers = try triangle()
        peers.lost = [.init(from: 0, to: 2)]
        try peers.write(0, 3)
        try peers.deliver()
        #expect(seqs(peers) == [5, 5, 2])
        try peers.disconnect(0, 2)
        try peers.deliver()
        #expect(seqs(peers) == [5, 5, 5])
        #expect(peers.count(.want) == 0)
    }

    /// A full queue drops payload, keeps the note, and pull fills in.
    @Test func aFullQueueDropsPayloadAndKeepsTheNote() throws {
        let peers = TestPeers(2)
        try peers.connect(0, 1)
        try peers.pass(100)
        peers.sent = []
        peers.held = [.init(from: 0, to: 1), .init(from: 1, to: 0)]
        try peers.write(0, 500)
        let pushed = peers.sent.filter { $0.kind == .run }
        let bytes = pushed.reduce(0) { $0 + $1.bytes }
        #expect((Link.pushedBytesMax..<Link.pushedBytesMax + 3_000).contains(bytes))
        #expect(peers.sent.last?.kind == .note)
        #expect(peers.gossips[0].links.values.allSatisfy { $0.pushedBytes < 260 << 10 })
        peers.held = []
        try peers.deliver()
        #expect(seqs(peers)[1] == UInt64(pushed.count))
        try peers.pass(Gossip.graftMilliseconds)
        #expect(peers.count(.want) > 0)
        #expect(peers.count(.graft) == 0)
        #expect(seqs(peers) == [500, 500])
        // The queue is empty again: the next entry is pushed.
        peers.sent = []
        try peers.write(0)
        try peers.deliver()
        #expect(seqs(peers) == [501, 501])
        #expect(peers.count(.note, from: 0) == 0)
    }

    /// A link that comes later carries notes of logs that have their trees, and nothing twice.
    @Test func aNewLinkCarriesNotes() throws {
        let peers = TestPeers(3)
        for (a, b) in [(0, 1), (1, 2)] { try peers.connect(a, b) }
        try peers.pass(100)
        try peers.write(0)
        try peers.write(1)
        try peers.pass(5_000)
        try peers.connect(0, 2)
        try peers.pass(5_000)
        peers.sent = []
        try peers.write(1)
        try peers.deliver()
        #expect(peers.count(.run, from: 0, to: 2) + peers.count(.run, from: 2, to: 0) == 0)
        // The author itself pushes on every link, until it is told not to.
        try peers.write(0)
        try peers.deliver()
        #expect(peers.count(.run, from: 0, to: 2) == 1)
    }

    /// A node that begins has no upstreams: it asks before anything is written.
    @Test func whoBeginsIsInTheTreesAtOnce() throws {
        let peers = TestPeers(3)
        for (a, b) in [(0, 1), (1, 2)] { try peers.connect(a, b) }
        try peers.pass(100)
        try peers.write(0)
        try peers.pass(5_000)
        try peers.disconnect(1, 2)
        peers.gossips[2] = Gossip(incarnation: 1, seed: 9)
        try peers.connect(2, 1)
        try peers.pass(100)
        peers.sent = []
        try peers.write(0)
        try peers.deliver()
        #expect(seqs(peers) == [2, 2, 2])
        #expect(peers.count(.run) == 2)
    }

    /// One entry in 256 goes by all links, and makes the tree anew.
    @Test func aTreeIsReplanted() throws {
        let peers = try triangle()
        peers.lost = [.init(from: 0, to: 2)]
        try peers.write(0)
        try peers.pass(2_000)
        peers.lost = []
        #expect(peers.gossips[2].logs[0].upstream == peers.link(2, 1))
        let seq = Int(seqs(peers)[0])
        for _ in seq..<(Int(Gossip.replantEvery) - 1) { try peers.write(0) }
        try peers.pass(5_000)
        peers.gossips[0].links.keys.forEach { peers.gossips[0].links[$0]?[0].isLazy = false }
        if let link = peers.link(0, 2) { peers.gossips[0].links[link]?[0].isLazy = true }
        peers.sent = []
        try peers.write(0)
        try peers.deliver()
        #expect(seqs(peers) == [256, 256, 256])
        #expect(peers.count(.run, from: 0) == 2)
        #expect(peers.gossips[2].logs[0].upstream == peers.link(2, 0))
        peers.sent = []
        try peers.write(0)
        try peers.deliver()
        #expect(peers.count(.run) == 2)
    }

    /// Nothing of our own logs leaves before the peer's heads were compared.
    @Test func ownEntriesWaitForTheComparison() throws {
        let peers = TestPeers(2)
        peers.holdings[1].seqs[TestHoldings.log(1)] = 5
        peers.held = [.init(from: 1, to: 0)]
        try peers.connect(0, 1)
        try peers.write(0, 3)
        try peers.deliver()
        #expect(peers.count(.run, from: 0) == 0)
        peers.held = []
        try peers.pass(2_000)
        #expect(seqs(peers) == [3, 3])
    }
}

@Suite struct AckTests {
    private static let log = TestHoldings.log(0)

    @Test func theAuthorHearsAtOnce() throws {
        let peers = TestPeers(2)
        try peers.connect(0, 1)
        try peers.pass(100)
        try peers.write(0)
        try peers.deliver()
        #expect(peers.gossips[0].holders(of: Self.log, upTo: 1) == [TestHoldings.id(1)])
    }

    /// The author counts a peer that got the entry from another.
    @Test func theAuthorHearsOfEntriesThatCameByOthers() throws {
        let peers = TestPeers(3)
        for (a, b) in [(0, 1), (0, 2), (1, 2)] { try peers.connect(a, b) }
        try peers.pass(100)
        peers.lost = [.init(from: 0, to: 2)]
        try peers.write(0)
        try peers.deliver()
        #expect(
            peers.gossips[0].holders(of: Self.log, upTo: 1)
                == [TestHoldings.id(1), TestHoldings.id(2)])
    }

    /// Others wait for each other, but never with a window half full.
    @Test func othersShareAnAck() throws {
        let peers = TestPeers(3)
        for (a, b) in [(0, 1), (1, 2)] { try peers.connect(a, b) }
        try peers.pass(100)
        peers.sent = []
        for _ in 0..<5 {
            try peers.write(0)
            try peers.pass(100)
        }
        #expect(peers.count(.ack, from: 2, to: 1) == 0)
        try peers.pass(Link.ackMilliseconds)
        #expect(peers.count(.ack, from: 2, to: 1) == 1)
        #expect(peers.gossips[1].holders(of: Self.log, upTo: 5).contains(TestHoldings.id(2)))
        peers.sent = []
        try peers.write(0, 40)
        try peers.deliver()
        #expect(peers.count(.ack, from: 2, to: 1) == 1)
    }
}
