import Replica
import Sodium
import Testing
import Wire

@testable import Gossip

/// What peers say, as bytes.
@Suite struct MessageTests {
    private static let book = BookID(Blake2b.hash256([1]))
    private static func node(_ seed: UInt64) -> NodeID {
        var random = SeededRandom(seed: seed)
        return NodeID(SigningKey(random: &random).publicKey)
    }
    private static func log(_ seed: UInt64) -> LogReference {
        LogReference(
            LogName(author: node(seed), incarnation: seed, scope: .catalog), in: book)
    }
    private static func root(_ scope: Scope) -> ScopeRoot {
        ScopeRoot(
            tag: ScopeTag(scope, in: book), root: [UInt8](repeating: 3, count: 16),
            digest: [UInt8](repeating: 4, count: 16))
    }

    /// One of each kind, and logs that are named twice.
    static let samples: [Message] = [
        .hello(
            Hello(
                features: 5, node: node(1), incarnation: 2, milliseconds: -3, links: 300,
                scopes: [root(.catalog), root(.roster)].sorted { $0.tag < $1.tag },
                contacts: [Contact(node: node(2), addresses: ["host:7700", "[::1]:1"])])),
        .roots(Roots(wantsReply: true, isComplete: false, scopes: [root(.board)])),
        .heads(
            Heads(
                tag: ScopeTag(.catalog, in: book), isFirst: true, isLast: false,
                heads: [
                    PeerHead(
                        log: log(1), first: 1, last: 900, hash: [UInt8](repeating: 9, count: 16)),
                    PeerHead(
                        log: log(2), first: 5, last: 5, hash: [UInt8](repeating: 8, count: 16)),
                ])),
        .want(Want(log: log(1), from: 7, credit: 1 << 20)),
        .graft([Reach(log: log(1), seq: 0), Reach(log: log(2), seq: 200)]),
        .run(RunMessage(log: log(1), first: 1, last: 3, isEnd: true, bytes: [1, 2, 3, 4])),
        .note([Reach(log: log(1), seq: 4), Reach(log: log(3), seq: .max)]),
        .ack([Reach(log: log(1), seq: 4_000), Reach(log: log(3), seq: .max)]),
        .prune(log(3)),
        .ping(Ping(nonce: .max, milliseconds: .min)),
        .pong(Ping(nonce: 0, milliseconds: .max)),
        .bye(Bye(reason: .malformed, text: "why 为什么")),
        .view(
            View(
                wantsReply: true, links: 6,
                contacts: [Contact(node: node(4), addresses: ["a:1"])])),
    ]

    /// All samples over one link, so that numbers of logs build on each other.
    private static func encoded() -> [[UInt8]] {
        var aliases = LogAliases()
        return samples.map { $0.bytes(&aliases) }
    }

    @Test func everyKindIsReadBack() throws {
        #expect(Set(Self.samples.map(\.kind)).count == MessageKind.allCases.count - 3)
        var aliases = LogAliases()
        for (sample, bytes) in zip(Self.samples, Self.encoded()) {
            #expect(try Message(bytes, &aliases) == sample)
            #expect(bytes.count <= sample.kind.bytesMax)
        }
    }

    @Test func everyTruncationAndEveryLongerOneIsRefused() throws {
        var aliases = LogAliases()
        for (sample, bytes) in zip(Self.samples, Self.encoded()) {
            for count in 0..<bytes.count {
                // The bytes of a run are judged by whoever reads the entries.
                if case .run = sample, count >= bytes.count - 4 { continue }
                var copy = aliases
                #expect(throws: WireError.self, "\(sample.kind) cut to \(count)") {
                    try Message(Array(bytes.prefix(count)), &copy)
                }
            }
            if case .run = sample {
            } else {
                var copy = aliases
                #expect(throws: WireError.self) { try Message(bytes + [0], &copy) }
            }
            _ = try Message(bytes, &aliases)
        }
    }

    /// Law: one message, one spelling. A flipped bit is refused, or is another message whose bytes
    /// are exactly those.
    @Test func aFlippedBitIsRefusedOrAnotherMessage() throws {
        var reading = LogAliases()
        for bytes in Self.encoded() {
            for place in bytes.indices {
                for bit in 0..<8 {
                    var flipped = bytes
                    flipped[place] ^= 1 << UInt8(bit)
                    var (reader, writer) = (reading, reading)
                    guard let message = try? Message(flipped, &reader) else { continue }
                    #expect(message.bytes(&writer) == flipped)
                }
            }
            _ = try Message(bytes, &reading)
        }
    }

    @Test(arguments: 0..<200)
    func anyBytesAreReadWithoutATrap(seed: UInt64) {
        var random = SeededRandom(seed: 9_000 + seed)
        for _ in 0..<50 {
            var aliases = LogAliases()
            var bytes = random.bytes(Int(random.next() % 300))
            if !bytes.isEmpty { bytes[0] = UInt8(random.next() % 17) }
            _ = try? Message(bytes, &aliases)
            _ = try? JoinRequest(bytes)
            _ = try? JoinAccept(bytes)
            _ = try? JoinRefusal(bytes)
        }
    }

    /// Counts that promise more than the message can hold take no memory.
    @Test(arguments: [MessageKind.hello, .roots, .heads, .note, .ack, .graft, .view])
    func aCountBeyondTheBoundIsRefused(kind: MessageKind) {
        for count: UInt64 in [5_000, 1 << 32, .max] {
            var out = ByteWriter()
            out.byte(kind.rawValue)
            if kind == .roots || kind == .view { out.byte(0) }
            if kind == .view { out.varint(3) }
            if kind == .heads {
                out.raw(ScopeTag(.catalog, in: Self.book).bytes)
                out.byte(3)
            }
            out.varint(count)
            var aliases = LogAliases()
            #expect(throws: WireError.self) { try Message(out.bytes, &aliases) }
        }
    }

    @Test func aLogHasOneNumber() throws {
        var (writer, reader) = (LogAliases(), LogAliases())
        let first = Message.prune(Self.log(1)).bytes(&writer)
        _ = try Message(first, &reader)
        // The same definition again, and a number nobody defined.
        #expect(throws: WireError.self) { try Message(first, &reader) }
        #expect(throws: WireError.self) {
            try Message([MessageKind.prune.rawValue, 9], &reader)
        }
        let second = Message.prune(Self.log(1)).bytes(&writer)
        #expect(second.count == 2)
        #expect(try Message(second, &reader) == .prune(Self.log(1)))
    }
}

extension MessageTests {
    private static func reach(_ log: UInt64, _ seq: UInt64) -> Reach {
        Reach(log: Self.log(log), seq: seq)
    }

    /// Once named, a log that grew by less than 128 takes two bytes of a list, whatever its seq.
    @Test func aReachTakesTwoBytes() throws {
        var (writer, reader) = (LogAliases(), LogAliases())
        let first = (1...100).map { Self.reach($0, 5_000_000 + $0) }
        #expect(try Message(Message.note(first).bytes(&writer), &reader) == .note(first))
        let second = (1...100).map { Self.reach($0, 5_000_100 + $0) }
        let bytes = Message.ack(second).bytes(&writer)
        #expect(bytes.count == 2 + 200)
        #expect(try Message(bytes, &reader) == .ack(second))
    }

    /// Lists are in the order of the numbers; a reach below what was told says nothing.
    /// Found by fuzzing: the writer trapped on a log that a list named twice.
    @Test func ofALogThatIsNamedTwiceTheFurtherReachCounts() throws {
        var (writer, reader) = (LogAliases(), LogAliases())
        for (seqs, told) in [([3, 7, 5], 7), ([9, 9], 9), ([8, 10], 10)] as [([UInt64], UInt64)] {
            let list = seqs.map { Self.reach(1, $0) } + [Self.reach(2, 20)]
            let bytes = Message.note(list).bytes(&writer)
            #expect(
                try Message(bytes, &reader) == .note([Self.reach(1, told), Self.reach(2, 20)]))
        }
    }

    @Test func aListIsSortedAndNeverGoesBack() throws {
        var (writer, reader) = (LogAliases(), LogAliases())
        let first = Message.note([Self.reach(2, 7), Self.reach(1, 9)]).bytes(&writer)
        #expect(
            try Message(first, &reader) == .note([Self.reach(2, 7), Self.reach(1, 9)]))
        let second = Message.graft([
            Self.reach(1, 9), Self.reach(3, 1), Self.reach(2, 6),
        ]).bytes(&writer)
        #expect(
            try Message(second, &reader) == .graft([Self.reach(1, 9), Self.reach(3, 1)]))
    }

    /// The longest list that is sent stays below the cap of its kind, however long its numbers are.
    @Test func theLongestListFits() {
        var writer = LogAliases()
        let reaches = (0..<UInt64(Message.reachesSent)).map { seq in
            Reach(
                log: LogReference(
                    LogName(
                        author: NodeID(PublicKey(Digest(words: (seq, 0, 0, 0)))),
                        incarnation: .max, scope: .catalog), in: Self.book),
                seq: .max)
        }
        #expect(Message.note(reaches).bytes(&writer).count <= MessageKind.note.bytesMax)
    }
}

/// The bytes of `docs/protocol-gossip.md`.
@Suite struct MessageVectorTests {
    private static func log() throws -> LogReference {
        LogReference(
            tag: try #require(ScopeTag([UInt8](repeating: 0x11, count: 16))),
            author: NodeID(try #require(PublicKey([UInt8](0x20...0x3f)))), incarnation: 1)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// In this order on one link: the second names the log by its number.
    @Test func bytesAreThoseOfTheDocument() throws {
        let log = try Self.log()
        let messages: [Message] = [
            .want(Want(log: log, from: 7, credit: 1_048_576)),
            .run(RunMessage(log: log, first: 7, last: 9, isEnd: true, bytes: [0xaa, 0xbb])),
            .ack([Reach(log: log, seq: 300)]),
            .roots(
                Roots(
                    wantsReply: true, isComplete: true,
                    scopes: [
                        ScopeRoot(
                            tag: log.tag, root: [UInt8](repeating: 0x22, count: 16),
                            digest: [UInt8](repeating: 0x33, count: 16))
                    ])),
            .ping(Ping(nonce: 5, milliseconds: 1_795_000_000_000)),
            .bye(Bye(reason: .offline, text: "")),
            .note([Reach(log: log, seq: 305)]),
            .graft([Reach(log: log, seq: 305)]),
            .prune(log),
            .view(
                View(
                    wantsReply: true, links: 6,
                    contacts: [Contact(node: log.author, addresses: ["hz:7700"])])),
        ]
        let bytes = [
            "0400" + String(repeating: "11", count: 16)
                + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                + "0107808040",
            "0500070901aabb", "090100ac02",
            "020301" + String(repeating: "11", count: 16) + String(repeating: "22", count: 16)
                + String(repeating: "33", count: 16),
            "0a0580f8b2e5bd68", "0c0600", "06010005", "08010000", "0700",
            "10010601" + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                + "0107687a3a37373030",
        ]
        var aliases = LogAliases()
        #expect(messages.map { Self.hex($0.bytes(&aliases)) } == bytes)
        let book = BookID(try #require(Digest([UInt8](0xa0...0xbf))))
        #expect(
            Self.hex(ScopeTag(.catalog, in: book).bytes) == "a35a458f6ce8e2a3905a0b08bfca969d")
    }
}
