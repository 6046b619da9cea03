import Replica
import Sodium
import Testing

@testable import Gossip

/// Whom a node talks to.
@Suite struct ViewTests {
    private static func dialler(_ known: Int) -> TestPeers {
        let peers = TestPeers(40)
        for other in 1...known {
            peers.gossips[0].dialer.add("n\(other):1", node: TestHoldings.id(other))
        }
        return peers
    }

    @Test(arguments: [1, 5, 8])
    func aSmallCompanyDialsEverybody(known: Int) throws {
        let peers = Self.dialler(known)
        try peers.gossips[0].flush(peers.holdings[0], at: peers.now)
        try peers.pass(0)
        #expect(peers.dialled.map(\.address) == (1...known).map { "n\($0):1" })
    }

    @Test(arguments: [9, 30])
    func aLargeOneDialsSix(known: Int) throws {
        let peers = Self.dialler(known)
        try peers.gossips[0].flush(peers.holdings[0], at: peers.now)
        try peers.gossips[0].tick(peers.holdings[0], at: peers.now)
        let dials = peers.gossips[0].take().filter {
            if case .connect = $0 { true } else { false }
        }
        #expect(dials.count == Gossip.linksWanted)
        #expect(Set(dials).count == Gossip.linksWanted)
    }

    /// A peer that shares the roster alone is no neighbour: the node goes on looking.
    @Test func aPeerWithoutACommonScopeDoesNotCount() throws {
        let peers = Self.dialler(30)
        for other in 1...6 { peers.holdings[other].kept = [.roster, .board] }
        for other in 1...6 { try peers.connect(0, other) }
        try peers.pass(3_000)
        #expect(!peers.dialled.filter { $0.node == 0 }.isEmpty)
        let content = Self.dialler(30)
        for other in 1...6 { try content.connect(0, other) }
        try content.pass(3_000)
        #expect(content.dialled.filter { $0.node == 0 }.isEmpty)
    }

    /// With more than seven links the slowest goes that both can spare.
    @Test func linksThatAreTooManyGo() throws {
        let peers = Self.dialler(30)
        for other in 1...10 {
            try peers.connect(0, other)
            try peers.deliver()
        }
        // Nobody else has links: nobody is let go.
        try peers.pass(60_000)
        #expect(peers.gossips[0].ready.count == 10)
        for id in peers.gossips[0].ready { peers.gossips[0].links[id]?.peerLinks = 6 }
        try peers.pass(60_000)
        #expect(peers.gossips[0].ready.count == Gossip.linksEnough)
    }

    /// Above 64 links a peer hears of others before it is turned away.
    @Test func whoIsTurnedAwayLearnsOfOthers() throws {
        let count = Gossip.linksMax + 2
        let peers = TestPeers(count)
        for node in 0..<count { peers.gossips[node].dialer.ownAddresses = ["n\(node):1"] }
        for other in 1..<count {
            try peers.connect(other, 0)
            try peers.deliver()
        }
        #expect(peers.gossips[0].links.count <= Gossip.linksMax)
        #expect(peers.link(count - 1, 0) == nil)
        #expect(peers.gossips[count - 1].dialer.addresses.count > 1)
    }

    /// The address book stays within its bounds, whatever peers tell.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func anAddressBookIsBounded(seed: UInt64) {
        var dialer = Dialer()
        var random = SeededRandom(seed: seed)
        for number in 0..<20 { dialer.add("pinned\(number):1") }
        for round in 0..<100 {
            let heard = (0..<16).map { number in
                let node = Int(random.next() % 100_000)
                return Contact(
                    node: TestHoldings.id(node), addresses: ["n\(node):\(round % 9 + number)"])
            }
            dialer.learn(heard, self: TestHoldings.id(1), connected: [], random: &random)
        }
        #expect(dialer.addresses.count == 20 + Dialer.passiveMax)
        #expect(dialer.addresses.filter { $0.address.hasPrefix("pinned") }.count == 20)
    }

    /// Two copies of a disk take each other's place at every peer. Each waits longer from time to time;
    /// a link that ended for another reason makes up for failures before it.
    @Test func whoLosesItsPlaceToARivalWaitsLonger() throws {
        var random = SeededRandom(seed: 4)
        func pauses(toRival: Bool) -> [Int64] {
            var dialer = Dialer()
            dialer.add("hz:1")
            var now = Instant(milliseconds: 1_000_000)
            return (0..<12).map { _ in
                dialer.dials("hz:1")
                let began = now
                now = now.advanced(byMilliseconds: 40_000)
                dialer.lost(
                    "hz:1", since: began, toRival: toRival, at: now, random: &random)
                let lost = now
                now = dialer.nextDue(connected: []) ?? now
                return now.milliseconds - lost.milliseconds
            }
        }
        #expect(pauses(toRival: false).allSatisfy { 500...1_500 ~= $0 })
        let rival = pauses(toRival: true)
        #expect(500...1_500 ~= rival[0])
        #expect(rival.suffix(3).allSatisfy { 150_000...450_000 ~= $0 })
    }
}
