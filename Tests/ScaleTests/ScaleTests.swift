import Testing

@testable import Gossip
@testable import Scale

/// Laws of gossip at a small scale: every seed is another overlay, other delays, other authors.
@Suite struct ScaleTests {
    private static func options(_ nodes: Int, _ seed: UInt64) -> ScaleRun.Options {
        var options = ScaleRun.Options(nodes: nodes, seed: seed)
        options.authors = 8
        options.settleSeconds = 120
        options.quietSeconds = 60
        options.busySeconds = 2
        options.busyPerThousandSeconds = 100_000
        options.idleSeconds = 60
        options.killPercent = []
        options.churnSeconds = 0
        return options
    }

    /// One copy of each entry; the first of an author comes by every link, or the test proves nothing.
    @Test(arguments: [(30, 1), (30, 2), (50, 3)] as [(Int, UInt64)])
    func steadyStateIsOneCopy(nodes: Int, seed: UInt64) throws {
        let result = try ScaleRun.result(Self.options(nodes, seed))
        let first = try #require(result.phase("first entries"))
        #expect(first.copiesPerDelivery > 1.5)
        for name in ["quiet", "busy"] {
            let phase = try #require(result.phase(name))
            #expect(phase.copiesPerDelivery <= 1.05, "\(name), seed \(seed)")
            #expect(phase.copiesPerDelivery >= 1)
            #expect(phase.deliveries == phase.published * (nodes - 1), "\(name), seed \(seed)")
            #expect(phase.missing == 0, "\(name), seed \(seed)")
        }
    }

    /// The trees are those of flooding's first arrivals.
    @Test(arguments: [4] as [UInt64])
    func treesAreAsFastAsFlooding(seed: UInt64) throws {
        var options = Self.options(50, seed)
        // Until the last trial of the views: a link that goes takes branches with it.
        options.settleSeconds = 400
        let result = try ScaleRun.result(options)
        let flooding = try #require(result.flooding)
        let quiet = try #require(result.phase("quiet"))
        #expect(Double(quiet.deliveryP99) <= 1.1 * Double(flooding.deliveryP99), "seed \(seed)")
        #expect(flooding.copiesPerDelivery > 2)
    }

    /// Views connect everybody, are small, and stay within their bounds.
    @Test(arguments: [6, 7, 8] as [UInt64])
    func viewsAreConnectedAndSmall(seed: UInt64) throws {
        var options = Self.options(60, seed)
        options.mode = .flooding
        let overlay = try ScaleRun.result(options).overlay
        #expect(overlay.pieces == 1)
        #expect(overlay.degreeLeast >= 4)
        #expect(overlay.degreeMost <= Gossip.linksFarTooMany + 2)
        #expect((5.5...8).contains(overlay.degreeMean))
    }

    /// Nothing is missing among those that are left.
    @Test(arguments: [9, 10] as [UInt64])
    func survivorsMissNothing(seed: UInt64) throws {
        var options = Self.options(40, seed)
        options.killPercent = [5, 20]
        let result = try ScaleRun.result(options)
        for name in ["5 % killed", "20 % killed"] {
            let phase = try #require(result.phase(name))
            #expect(phase.missing == 0, "\(name), seed \(seed)")
            #expect(phase.published > 90)
        }
    }

    @Test(arguments: [12] as [UInt64])
    func churnCostsFewCopiesAndLosesNothing(seed: UInt64) throws {
        var options = Self.options(40, seed)
        options.churnSeconds = 120
        options.churnStaySeconds = 300
        let churn = try #require(try ScaleRun.result(options).phase("churn"))
        #expect(churn.caughtUp > 0)
        #expect(churn.missing == 0)
        #expect(churn.copiesPerDelivery <= 1.3)
    }

    /// A seed is a run: the trace mixes in the time, the node, the kind and the length of every message.
    @Test func theSameSeedIsTheSameRun() throws {
        let results = try [20, 20, 21].map { try ScaleRun.result(Self.options(16, $0)) }
        #expect(results[0] == results[1])
        #expect(results[0].trace != results[2].trace)
    }

    /// Up to eight known peers all talk to all.
    @Test func aSmallCompanyIsAFullMesh() throws {
        let result = try ScaleRun.result(Self.options(9, 30))
        #expect(result.overlay.links == 36)
        #expect(try #require(result.phase("quiet")).copiesPerDelivery <= 1.05)
    }

    @Test func floodingIsThereForComparison() throws {
        var options = Self.options(40, 31)
        options.mode = .flooding
        let result = try ScaleRun.result(options)
        #expect(result.phases.isEmpty)
        #expect(try #require(result.flooding).copiesPerDelivery > 3)
    }
}

@Suite struct ScalePartTests {
    @Test func eventsComeInOrder() {
        var queue = EventQueue<Int>()
        for (number, at) in [5, 3, 9, 3, 1, 5, 3].enumerated() {
            queue.add(number, at: Int64(at))
        }
        var order: [Int] = []
        while let (_, event) = queue.next() { order.append(event) }
        #expect(order == [4, 1, 3, 6, 0, 5, 2])
    }

    @Test func quantilesAreNearestRanks() {
        #expect(Quantile.of(sorted: [1, 2, 3, 4], 0.5) == 2)
        #expect(Quantile.of(sorted: [1, 2, 3, 4], 0.99) == 4)
        #expect(Quantile.of([0, 3, 0, 1], 0.75) == 1)
        #expect(Quantile.of([0, 3, 0, 1], 0.99) == 3)
        #expect(Quantile.of(sorted: [], 0.5) == 0)
    }

    @Test func decimalsAreRounded() {
        #expect(ScaleTable.decimal(1.0449, 3) == "1.045")
        #expect(ScaleTable.decimal(0.05, 1) == "0.1")
        #expect(ScaleTable.decimal(12, 0) == "12")
    }
}
