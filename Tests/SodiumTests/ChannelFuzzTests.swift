import Testing

@testable import Sodium

/// Seeded, without a clock; a failure names its seed.
@Suite struct ChannelFuzzTests {
    @Test(arguments: UInt64(1)...40)
    func honestTrafficArrivesInOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var (pair, _) = try Pair.established()
        var (sent, got): ([[UInt8]], [[UInt8]]) = ([], [])
        var wire: [UInt8] = []
        for _ in 0..<30 {
            let count = Int(random.next() % (random.next() % 8 == 0 ? 140_000 : 300))
            let message = [7] + random.bytes(count)
            sent.append(message)
            wire += try pair.initiator.seal(message)
        }
        while !wire.isEmpty {
            let size = min(wire.count, 1 + Int(random.next() % 50_000))
            for case .message(let message) in try pair.responder.receive(
                Array(wire.prefix(size))
            ).events { got.append(message) }
            wire.removeFirst(size)
        }
        #expect(got == sent, "seed \(seed)")
        #expect(pair.responder.pending.isEmpty, "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...200)
    func damagedTrafficNeverTrapsOrInvents(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var pair = Pair()
        var wire = try pair.initiator.start()
        Self.damage(&wire, &random)
        let answer = pair.responder.feed(wire, by: 1 + Int(random.next() % 60))
        #expect(answer.events.isEmpty, "seed \(seed)")
        var (good, _) = try Pair.established()
        var (stream, sent): ([UInt8], [Channel.Event]) = ([], [])
        for index in 0..<8 {
            let message = [7, UInt8(index)] + random.bytes(Int(random.next() % 200))
            sent.append(.message(message))
            stream += try good.initiator.seal(message)
        }
        Self.damage(&stream, &random)
        let outcome = good.responder.feed(stream, by: 1 + Int(random.next() % 400))
        #expect(Array(sent.prefix(outcome.events.count)) == outcome.events, "seed \(seed)")
        #expect(outcome.events.count < sent.count, "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...100)
    func noiseIsRefused(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for message in 0...2 {
            var channel = try ChannelRefusalTests.waiting(for: message)
            let bytes = random.bytes(300)
            let outcome = channel.feed(bytes, by: 1 + Int(random.next() % 300))
            #expect(outcome.failure != nil && outcome.events.isEmpty, "seed \(seed)")
        }
    }

    /// Changes a bit, cuts a byte out, or puts one in.
    static func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[place] &+ 1, at: place)
        }
    }
}
