import Foundation
import GRDB
import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Sodium
@testable import Store

/// A node in a directory of its own, driven by hand: time and randomness from the test.
final class TestNode {
    let engine: Engine
    let folder: URL
    var now = Instant(milliseconds: 1_795_000_000_000)
    private var requests: UInt64 = 0
    /// What stands beside the database.
    var mark: HighWaterMark?

    /// Takes the effects, where the node stands in a network.
    var onEffects: (([Effect]) -> Void)?

    init(seed: UInt64, options: Engine.Options = .init()) throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var random = SeededRandom(seed: seed)
        let credentials = Credentials(random: &random)
        engine = try Engine(
            store: Store(path: folder.appending(path: "book.db").path), credentials: credentials,
            random: random, person: "Lin", options: options)
    }

    /// A copy of another node's directory and keys, as a restored backup or a cloned disk is.
    init(
        copying other: TestNode, seed: UInt64 = 999, options: Engine.Options = .init(),
        credentials: Credentials? = nil, mark: HighWaterMark? = nil, checks: Bool = false,
        preparing: (String) throws -> Void = { _ in }
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-engine-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: other.folder, to: folder)
        now = other.now
        try preparing(folder.appending(path: "book.db").path)
        engine = try Engine(
            store: Store(path: folder.appending(path: "book.db").path),
            credentials: credentials ?? other.engine.credentials,
            random: SeededRandom(seed: seed), person: "Lin", options: options, mark: mark,
            checks: checks)
        self.mark = mark
    }

    /// Keys whose database is gone.
    init(keysOf credentials: Credentials, seed: UInt64, options: Engine.Options = .init()) throws {
        folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-engine-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        engine = try Engine(
            store: Store(path: folder.appending(path: "book.db").path), credentials: credentials,
            random: SeededRandom(seed: seed), person: "Lin", options: options)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static func founder(
        seed: UInt64, scale: Int = 2, options: Engine.Options = .init()
    ) throws -> TestNode {
        let node = try TestNode(seed: seed, options: options)
        _ = try node.engine.found(
            FoundingOrder(
                company: "Company", currency: "CNY", scale: scale, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), at: node.now, save: { _ in })
        return node
    }

    func ask(_ request: Request) -> Reply {
        now = now.advanced(byMilliseconds: 1_000)
        requests += 1
        let id = RequestID(requests)
        let effects = engine.handle([.request(id, request)], at: now)
        onEffects?(effects)
        for case .mark(let mark) in effects { self.mark = mark }
        for case .reply(let to, let reply) in effects where to == id { return reply }
        return .refused(Refusal(.fault, "no reply"))
    }

    @discardableResult
    func perform(_ command: Command) throws -> Outcome {
        switch ask(.perform(command, wait: 0, waitMilliseconds: 0)) {
        case .outcome(let outcome): return outcome
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    func report(_ query: Query) throws -> Report {
        switch ask(.query(query)) {
        case .report(let report): return report
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    func verify() throws -> Report {
        guard case .report(let report) = ask(.verify) else { throw Refusal(.fault, "no report") }
        if report.isSound { try checkStockAsAt() }
        return report
    }

    /// A law: at the end of all days a branch's goods are worth what its pools are. A pool whose figures do not fit is
    /// not folded to its end.
    func checkStockAsAt() throws {
        // Folds the pools; who has no books yet has no goods.
        guard case .report = ask(.query(.stock(branch: nil, item: nil, limit: 1))) else { return }
        let last = try #require(Day("2099-12-31"))
        let store = engine.store
        guard try store.poolFaults().isEmpty else { return }
        var held: [BranchCode: Set<String>] = [:]
        for row in try store.stock(branch: nil, item: nil, limit: .max) {
            if let branch = BranchCode(row.branch) { held[branch, default: []].insert(row.item) }
        }
        for (branch, items) in held {
            let values = try store.inventoryValues(of: branch, item: nil, upTo: last)
            for item in items.union(values.keys) {
                let code = try #require(ItemCode(item))
                #expect(
                    try Int128(store.pool(branch, code).value) == values[item] ?? 0,
                    "\(branch) \(item)")
            }
        }
        // What the pools sum to is what their days sum to, of each and of a branch's together.
        let sums = try store.access { db in
            try [
                """
                SELECT p.branch || ' ' || p.item,
                    p.cost_of_sales + p.shipped + p.write_off + p.variance, p.uncosted_sold,
                    coalesce(sum(d.cost + d.variance), 0), coalesce(sum(d.uncosted), 0)
                FROM pool p LEFT JOIN cost_day d ON d.branch = p.branch AND d.item = p.item
                GROUP BY p.branch, p.item
                """,
                """
                SELECT d.branch || ' ' || d.day || ' ' || d.kind,
                    sum(d.cost), sum(d.variance),
                    coalesce((SELECT b.amount FROM branch_cost_day b WHERE b.branch = d.branch
                        AND b.day = d.day AND b.kind = d.kind AND b.measure = 0), 0),
                    coalesce((SELECT b.amount FROM branch_cost_day b WHERE b.branch = d.branch
                        AND b.day = d.day AND b.kind = d.kind AND b.measure = 1), 0)
                FROM cost_day d GROUP BY d.branch, d.day, d.kind
                """,
            ].flatMap { try Row.fetchAll(db, sql: $0) }
        }
        for row in sums {
            let figures = (1...4).map { row[$0] as Int64 }
            #expect(figures[0] == figures[2] && figures[1] == figures[3], "\(row[0] as String)")
        }
    }

    /// The bytes of every file of the directory.
    func files() throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { Array(try Data(contentsOf: $0)) }
    }

    /// The trial balance as account and signed text.
    func balances() throws -> [String: String] {
        var found: [String: String] = [:]
        for row in try report(.balance(branch: nil, asAt: nil)).rows {
            guard case .text(let account) = row[0] else { continue }
            if case .decimal(let debit) = row[1] { found[account] = debit }
            if case .decimal(let credit) = row[2] { found[account] = "-" + credit }
        }
        return found
    }

    func refusal(_ command: Command) -> Refusal.Code? {
        do {
            try perform(command)
            return nil
        } catch {
            return (error as? Refusal)?.code
        }
    }
}
