import Replica
import Sodium
import Wire

@testable import Gossip

/// Two members that say anything they like, in any order, to a node that gossips, while it writes,
/// waits, and loses its links.
///
/// Laws: nothing traps; what the node sends is a message that its peer can read; after it ended a link
/// it says nothing on it; whatever peers claim, what is shown of them is a value.
struct GossipTarget: FuzzTarget {
    static let name = "gossip"

    private let company: Company
    /// Connected to both members; neither has said anything.
    private let start: FuzzedNode

    init() throws {
        company = try Company()
        var node = FuzzedNode(try MemoryHoldings(company))
        try node.connect()
        try node.connect()
        start = node
    }

    func run(_ input: [UInt8]) throws {
        var input = Input(input)
        var node = start
        var steps = 0
        while !input.isAtEnd, steps < 400 {
            steps += 1
            try node.step(&input)
        }
    }

    func seeds() throws -> [[UInt8]] {
        let hellos = [0, 1].flatMap { link in
            // Step, link, kind; incarnation, clock, scopes and their roots, contact, address.
            [1, link, 0, 1, 5, 0x9f, 1, 2, 3, 4, 5, 2, 9] as [UInt8]
        }
        let raw = company.messages.map { message in
            Script.bytes {
                $0.rest(hellos + [0, 1])
                var aliases = LogAliases()
                $0.blob(message.bytes(&aliases))
            }
        }
        // The members say one thing each with every number at its edge, and then time passes.
        let after: [UInt8] = [
            7, 3, 7, 2, 0xff, 4, 7, 2, 0xf3, 0, 0, 0, 0, 0, 0, 0x20, 0, 7, 6, 1, 5, 0,
        ]
        var structured: [[UInt8]] = []
        for kind in 1...11 as ClosedRange<UInt8> {
            for number in [0xf8, 0xfb, 0, 1, 7] as [UInt8] {
                for log in 0..<3 as Range<UInt8> {
                    let body = [kind, 4, log, number, log + 1, number, log + 2, number, 1, number]
                    structured.append(hellos + [1, 0] + body + [1, 1] + body + after)
                }
            }
        }
        return raw + structured
    }
}

/// The node, its two links, and what is known of them outside.
private struct FuzzedNode {
    private var gossip = Gossip(incarnation: 1, seed: 4)
    private var holdings: MemoryHoldings
    private var links: [LinkID: PeerEnd] = [:]
    private var now = Instant(milliseconds: 10_000)
    private var linksMade: UInt64 = 0

    /// A peer's end: the numbers of logs in both directions, and who it is.
    private struct PeerEnd {
        let member: Int
        var reading = LogAliases()
        var writing = LogAliases()
        var isClosed = false
    }

    init(_ holdings: MemoryHoldings) { self.holdings = holdings }

    mutating func connect() throws {
        linksMade += 1
        let id = LinkID(linksMade)
        let member = 1 + Int(linksMade % 2)
        links[id] = PeerEnd(member: member)
        try gossip.connected(
            id, isInitiator: linksMade % 3 == 0, transport: holdings.company.transports[member],
            address: linksMade % 3 == 0 ? "host:\(member)" : nil, holdings, at: now)
        try perform()
    }

    mutating func step(_ input: inout Input) throws {
        let ids = links.keys.sorted()
        switch input.choice(8) {
        case 0:
            let id = ids[input.choice(ids.count)]
            let bytes = input.blob()
            try gossip.received(bytes, on: id, holdings, at: now)
        case 1:
            let id = ids[input.choice(ids.count)]
            guard let member = links[id]?.member else { return }
            let message = message(&input, from: member)
            guard
                let bytes = links[id].map({ end in
                    var writing = end.writing
                    let bytes = message.bytes(&writing)
                    links[id]?.writing = writing
                    return bytes
                })
            else { return }
            try gossip.received(bytes, on: id, holdings, at: now)
        case 2:
            now = now.advanced(byMilliseconds: Int64(input.number() & 0x3f_ffff))
            try gossip.tick(holdings, at: now)
        case 3:
            let own = holdings.company.log(0, .catalog)
            if var log = holdings.logs[own], log.held < log.written.count {
                log.held += 1
                holdings.logs[own] = log
                try gossip.grew(own, from: UInt64(log.held), to: UInt64(log.held), holdings)
            }
            try gossip.flush(holdings, at: now)
        case 4: try gossip.flush(holdings, at: now)
        case 5:
            let id = ids[input.choice(ids.count)]
            gossip.closed(id, at: now)
            links[id] = nil
            try connect()
        case 6: try gossip.announceRoots(wantsReply: input.flag(), holdings)
        default: look()
        }
        try perform()
    }

    /// What people ask; a peer's claims may not break it.
    private mutating func look() {
        for peer in gossip.peers {
            law(peer.bytesSent > 0, "\(peer.link) was told nothing")
        }
        for log in holdings.logs.keys.sorted() {
            _ = gossip.isBehind(log)
            _ = gossip.holders(of: log, upTo: 1)
        }
        _ = gossip.wakeAt()
    }

    private mutating func perform() throws {
        var rounds = 0
        while true {
            let outputs = gossip.take()
            if outputs.isEmpty { return }
            rounds += 1
            law(rounds < 100, "gossip never comes to rest")
            for output in outputs { try perform(output) }
        }
    }

    private mutating func perform(_ output: Gossip.Output) throws {
        switch output {
        case .send(let id, let bytes):
            guard var end = links[id] else { return law(false, "\(id) is gone and is sent to") }
            law(!end.isClosed, "\(id) is ended and is sent to")
            do throws(WireError) {
                let message = try Message(bytes, &end.reading)
                law(bytes.count <= message.kind.bytesMax, "\(message.kind) is too long")
            } catch {
                law(false, "the peer cannot read what \(id) was sent: \(error)")
            }
            links[id] = end
        case .close(let id): links[id]?.isClosed = true
        case .apply(let id, let log, let message):
            do throws(EntryError) {
                if try holdings.append(message, to: log) {
                    try applied(message, log, id)
                } else {
                    gossip.refused(log, isFork: false, why: "not ours", on: id, holdings)
                }
            } catch {
                var isFork = false
                if case .fork = error { isFork = true }
                gossip.refused(log, isFork: isFork, why: "\(error)", on: id, holdings)
            }
        case .connect, .ownLogAhead, .ownHistory, .forked, .compared, .met: break
        }
    }

    private mutating func applied(
        _ message: RunMessage, _ log: LogName, _ id: LinkID
    ) throws(EntryError) {
        do {
            try gossip.applied(message, of: log, on: id, holdings, at: now)
        } catch {
            law(false, "\(error) after a run")
        }
    }
}

// MARK: Messages that mean something

extension FuzzedNode {
    /// A message over logs that exist, with numbers of any size.
    private func message(_ input: inout Input, from member: Int) -> Message {
        switch input.choice(13) {
        case 0:
            return .hello(
                Hello(
                    features: 0, node: holdings.company.node(member), incarnation: input.number(),
                    milliseconds: Int64(bitPattern: input.number()), links: input.number(),
                    scopes: roots(&input),
                    contacts: [
                        .init(
                            node: holdings.company.node(input.choice(3)),
                            addresses: ["host:\(input.byte())"])
                    ]))
        case 1:
            return .roots(
                Roots(wantsReply: input.flag(), isComplete: input.flag(), scopes: roots(&input)))
        case 2: return .heads(heads(&input))
        case 3:
            return .want(Want(log: log(&input), from: input.number(), credit: input.number()))
        case 4: return .graft(reaches(&input))
        case 5: return .run(run(&input))
        case 6: return .note(reaches(&input))
        case 7: return .ack(reaches(&input))
        case 8: return .prune(log(&input))
        case 9:
            return .ping(
                Ping(nonce: input.number(), milliseconds: Int64(bitPattern: input.number())))
        case 10:
            return .pong(
                Ping(
                    nonce: input.flag() ? UInt64(now.milliseconds) : input.number(),
                    milliseconds: Int64(bitPattern: input.number())))
        case 11:
            return .view(
                View(
                    wantsReply: input.flag(), links: input.number(),
                    contacts: [
                        .init(
                            node: holdings.company.node(input.choice(3)),
                            addresses: ["host:\(input.byte())"])
                    ]))
        default: return .bye(Bye(reason: .silent, text: ""))
        }
    }

    private func name(_ input: inout Input) -> LogName {
        let names = holdings.logs.keys.sorted()
        let choice = input.choice(names.count + 2)
        if choice < names.count { return names[choice] }
        return LogName(
            author: holdings.company.node(input.choice(3)), incarnation: input.number(),
            scope: choice == names.count ? .catalog : .money(Company.branches[0]))
    }

    private func log(_ input: inout Input) -> LogReference {
        LogReference(name(&input), in: holdings.book)
    }

    private func roots(_ input: inout Input) -> [ScopeRoot] {
        let scopes: [Scope] = [
            .roster, .catalog, .board, .trade(Company.branches[0]), .trade(Company.branches[1]),
        ]
        let chosen = input.byte()
        return scopes.enumerated().filter { chosen >> UInt8($0.offset) & 1 == 1 }.map {
            let own = holdings.root(of: $0.element).root
            return ScopeRoot(
                tag: ScopeTag($0.element, in: holdings.book),
                root: chosen & 128 == 0 ? own : [UInt8](repeating: input.byte(), count: 16),
                digest: ScopeRoot.noDigest)
        }
    }

    /// Every head is of the page's scope, as the message demands.
    private func heads(_ input: inout Input) -> Heads {
        let scope = name(&input).scope
        let flags = input.byte()
        let names = holdings.logs.keys.filter { $0.scope == scope }.sorted()
        let heads = names.prefix(Int(flags >> 4)).map { name in
            let last = max(1, input.number())
            let own = holdings.hash(of: name, at: last)?.bytes.prefix(16)
            return PeerHead(
                log: LogReference(name, in: holdings.book), first: 1, last: last,
                hash: flags & 4 == 0
                    ? Array(own ?? []) + [UInt8](repeating: 0, count: own == nil ? 16 : 0)
                    : [UInt8](repeating: input.byte(), count: 16))
        }
        return Heads(
            tag: ScopeTag(scope, in: holdings.book), isFirst: flags & 1 == 1,
            isLast: flags & 2 == 2,
            heads: heads)
    }

    /// What its author wrote, or anything at all.
    private func run(_ input: inout Input) -> RunMessage {
        let name = name(&input)
        let isEnd = input.flag()
        guard input.flag(), let log = holdings.logs[name], !log.written.isEmpty else {
            let first = max(1, input.number())
            return RunMessage(
                log: LogReference(name, in: holdings.book), first: first,
                last: max(first, input.number()), isEnd: isEnd, bytes: input.blob())
        }
        let first = min(log.held + input.choice(2), log.written.count - 1)
        let last = min(first + input.choice(3), log.written.count - 1)
        return RunMessage(
            log: LogReference(name, in: holdings.book), first: UInt64(first) + 1,
            last: UInt64(last) + 1, isEnd: isEnd,
            bytes: log.written[first...last].flatMap(\.bytes))
    }

    private func reaches(_ input: inout Input) -> [Reach] {
        (0..<input.choice(5)).map { _ in Reach(log: log(&input), seq: input.number()) }
    }
}
