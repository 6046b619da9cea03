import Testing

@testable import Books
@testable import Engine
@testable import Gossip
@testable import Replica
@testable import Sodium
@testable import Store

/// Nodes that talk through queues instead of sockets: one thread, one clock, cables that can be cut.
final class TestNetwork {
    private(set) var nodes: [String: TestNode] = [:]
    private var names: [String] = []
    private var accepted: [String: Set<PresharedKeyID>] = [:]
    private var wakes: [String: Instant] = [:]
    private var queue: [(to: String, input: Input)] = []
    private var ends: [End: End] = [:]
    private var links: UInt64 = 0
    private(set) var replies: [String: [RequestID: Reply]] = [:]
    private var cut: Set<Set<String>> = []
    var now = Instant(milliseconds: 1_795_000_000_000)
    /// Every byte that a message between members carried, for those who look for plaintext.
    var overheard: [[UInt8]] = []
    var messages = 0
    /// Who sent whom what kind of message, in order.
    var traffic: [(from: String, to: String, kind: UInt8)] = []

    /// What becomes of a message on its way; nil lets all pass.
    var tamper: (([UInt8]) -> [[UInt8]])?

    struct End: Hashable {
        let node: String
        let link: LinkID
    }

    func add(_ name: String, _ node: TestNode) {
        nodes[name] = node
        names.append(name)
        node.onEffects = { [unowned self, unowned node] effects in
            if node.now > now { now = node.now }
            interpret(effects, of: name)
        }
        interpret(node.engine.handle([.timerFired], at: now), of: name)
    }

    /// Another node takes the place of one that is cut off.
    func replace(_ name: String, with node: TestNode) {
        nodes[name]?.onEffects = nil
        names.removeAll { $0 == name }
        wakes[name] = nil
        node.now = now
        add(name, node)
    }

    static func address(_ name: String) -> String { "\(name):7700" }

    func sever(_ a: String, _ b: String) {
        cut.insert([a, b])
        for (end, other) in ends where Set([end.node, other.node]) == [a, b] {
            ends[end] = nil
            queue.append((end.node, .closed(end.link)))
        }
        queue.removeAll { item in
            guard case .received(let id, _) = item.input else { return false }
            return ends[End(node: item.to, link: id)] == nil
        }
    }

    func mend(_ a: String, _ b: String) { cut.remove([a, b]) }

    /// Delivers until nothing moves for `quietMilliseconds` of simulated time; less than the time
    /// between two pings, or it would not end.
    func settle(quietMilliseconds: Int64 = 5_000) {
        run(until: now.advanced(byMilliseconds: 3_600_000), quietMilliseconds: quietMilliseconds)
    }

    /// Delivers for some simulated time.
    func run(milliseconds: Int64) {
        run(until: now.advanced(byMilliseconds: milliseconds), quietMilliseconds: milliseconds)
    }

    private func run(until end: Instant, quietMilliseconds: Int64) {
        var quietSince = now
        var steps = 0
        while steps < 2_000_000 {
            steps += 1
            if !queue.isEmpty {
                let (to, input) = queue.removeFirst()
                deliver(input, to: to)
                // A dial that fails is no news.
                if case .connectFailed = input { continue }
                quietSince = now
                continue
            }
            guard let next = wakes.values.min(),
                next.milliseconds <= quietSince.milliseconds + quietMilliseconds, next <= end
            else { break }
            now = max(now, next)
            for name in names where wakes[name].map({ $0 <= now }) ?? false {
                wakes[name] = nil
                deliver(.timerFired, to: name)
            }
        }
        now = max(now, min(end, quietSince.advanced(byMilliseconds: quietMilliseconds)))
        for node in nodes.values { node.now = now }
    }

    func deliver(_ input: Input, to name: String) {
        guard let node = nodes[name] else { return }
        if case .received(let id, _) = input {
            guard ends[End(node: name, link: id)] != nil else { return }
            messages += 1
        }
        interpret(node.engine.handle([input], at: now), of: name)
    }

    private func interpret(_ effects: [Effect], of name: String) {
        for effect in effects {
            switch effect {
            case .reply(let id, let reply): replies[name, default: [:]][id] = reply
            case .send(let link, let bytes):
                guard let other = ends[End(node: name, link: link)] else { continue }
                overheard.append(bytes)
                traffic.append((name, other.node, bytes[0]))
                for message in tamper?(bytes) ?? [bytes] {
                    queue.append((other.node, .received(other.link, message)))
                }
            case .close(let link):
                let end = End(node: name, link: link)
                guard let other = ends.removeValue(forKey: end) else { continue }
                // What was sent before is still delivered: the far end closes after it.
                queue.append((other.node, .closed(other.link)))
                queue.append((name, .closed(link)))
            case .connect(let address, let key, _): connect(name, address, key)
            case .accept(let keys, _): accepted[name] = Set(keys.map(\.id))
            case .save: break
            case .mark(let mark): nodes[name]?.mark = mark
            case .wake(let at): wakes[name] = at
            case .check, .lookBack: Issue.record("\(name) makes no copies")
            case .stop(let refusal): Issue.record("\(name) stops: \(refusal)")
            }
        }
    }

    private func connect(_ name: String, _ address: String, _ key: PresharedKey) {
        let other = String(address.split(separator: ":")[0])
        guard let here = nodes[name], let there = nodes[other], !cut.contains([name, other]),
            accepted[other]?.contains(key.id) == true
        else {
            queue.append((name, .connectFailed(address: address, why: "refused")))
            return
        }
        links += 1
        let (mine, its) = (LinkID(links * 2), LinkID(links * 2 + 1))
        ends[End(node: name, link: mine)] = End(node: other, link: its)
        ends[End(node: other, link: its)] = End(node: name, link: mine)
        let hash = Blake2b.hash(Array("\(links)".utf8), count: 64)
        func joined(_ id: LinkID, _ initiates: Bool, _ peer: TestNode, _ at: String?) -> Input {
            .connected(
                Connected(
                    id: id, isInitiator: initiates,
                    remote: peer.engine.credentials.transport.publicKey, psk: key.id,
                    handshakeHash: hash, address: at))
        }
        queue.append((name, joined(mine, true, there, address)))
        queue.append((other, joined(its, false, here, nil)))
    }
}

extension TestNetwork {
    /// A founder `hz` and branches that joined it by invitation, all of them reading everything.
    static func company(_ branches: [String], seed: UInt64 = 1) throws -> TestNetwork {
        let network = TestNetwork()
        let founder = try TestNode.founder(
            seed: seed, options: .init(ownAddresses: [address("hz")]))
        network.add("hz", founder)
        for (number, branch) in branches.enumerated() {
            try network.join(branch, seed: seed + UInt64(number) + 1)
        }
        return network
    }

    /// The same with a founder whose recovery key is known, as 64 digits.
    static func founded(
        _ branches: [String], readsAll: Bool = true, seed: UInt64
    ) throws -> (network: TestNetwork, key: String) {
        let network = TestNetwork()
        let node = try TestNode(seed: seed, options: .init(ownAddresses: [address("hz")]))
        let founded = try node.engine.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: 2, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), at: node.now, save: { _ in })
        network.add("hz", node)
        for (number, branch) in branches.enumerated() {
            try network.join(branch, seed: seed + 1 + UInt64(number), readsAll: readsAll)
        }
        return (network, Hex.text(founded.recoveryKey))
    }

    @discardableResult
    func invite(
        _ branch: String, readsAll: Bool = true, entity: String? = nil
    ) throws -> String {
        guard let founder = nodes["hz"] else { throw Refusal(.fault, "no founder") }
        let code = branch.uppercased()
        let reply = founder.ask(
            .invite(
                InvitationOrder(
                    branch: code, branchName: code, entity: entity, readsAll: readsAll,
                    addresses: [Self.address("hz")])))
        guard case .outcome(let outcome) = reply else {
            if case .refused(let refusal) = reply { throw refusal }
            throw Refusal(.fault, "no invitation")
        }
        return outcome.subject
    }

    /// A second node of the branch HZ, which keeps no shelf; "office" by name.
    @discardableResult
    func joinOffice(seed: UInt64) throws -> TestNode {
        guard
            case .outcome(let invitation) = try self["hz"].ask(
                .invite(
                    InvitationOrder(
                        branch: "HZ", readsAll: true, addresses: [Self.address("hz")])))
        else { throw Refusal(.fault, "no invitation") }
        let office = try TestNode(
            seed: seed, options: .init(ownAddresses: [Self.address("office")]))
        add("office", office)
        deliver(
            .request(RequestID(999), .join(line: invitation.subject, name: "office")), to: "office")
        settle()
        return office
    }

    func join(
        _ branch: String, seed: UInt64, readsAll: Bool = true, relays: [Scope] = [],
        entity: String? = nil
    ) throws {
        let line = try invite(branch, readsAll: readsAll, entity: entity)
        let node = try TestNode(
            seed: seed, options: .init(relays: relays, ownAddresses: [Self.address(branch)]))
        add(branch, node)
        deliver(.request(RequestID(999), .join(line: line, name: "\(branch)-1")), to: branch)
        settle()
        guard case .outcome = replies[branch]?[RequestID(999)] else {
            if case .refused(let refusal) = replies[branch]?[RequestID(999)] { throw refusal }
            throw Refusal(.fault, "no reply to join")
        }
    }

    subscript(_ name: String) -> TestNode {
        get throws {
            guard let node = nodes[name] else { throw Refusal(.fault, "no node \(name)") }
            return node
        }
    }

    /// What `verify` says at a node once its peers have answered.
    func verify(_ name: String) throws -> Report {
        let id = RequestID(900)
        replies[name]?[id] = nil
        deliver(.request(id, .verify), to: name)
        settle()
        guard case .report(let report) = replies[name]?[id] else {
            throw Refusal(.fault, "no report")
        }
        if report.isSound { try self[name].checkStockAsAt() }
        return report
    }

    /// The state digests of every node, as text; equal nodes are one element.
    func digests() throws -> Set<[[Report.Cell]]> {
        Set(try nodes.values.map { try $0.report(.digests).rows })
    }
}

extension Gossip {
    /// As if the peer had said so.
    mutating func pretend(_ name: LogName, upTo seq: UInt64, on id: LinkID, in book: BookID) {
        guard let log = number(name, book) else { return }
        links[id]?.knows(log, upTo: seq)
    }
}
