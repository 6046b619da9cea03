import Books
import Engine
import Foundation
import Logging
import Testing

@testable import Node

/// A node on real sockets, in a directory of its own.
final class TestHost {
    let directory: DataDirectory
    private(set) var runtime: NodeRuntime?
    private(set) var port = 0

    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    init(_ name: String) {
        directory = DataDirectory(
            FileManager.default.temporaryDirectory
                .appending(path: "branchbook-node-\(name)-\(UUID().uuidString)").path)
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: directory.path)
    }

    static func settings(advertise: String = "", person: String = "Lin") throws -> Settings {
        try Settings(
            flags: [.listen: "", .advertise: advertise, .person: person], environment: [:],
            file: nil)
    }

    static func founder(_ name: String = "hz", company: String = "Company") throws -> TestHost {
        let host = TestHost(name)
        _ = try NodeAccess.found(
            FoundingOrder(
                company: company, currency: "CNY", scale: 2, branch: "HZ",
                branchName: "Hangzhou", nodeName: "hz-1"), host.directory, try settings())
        return host
    }

    /// - Parameter advertise: where others reach this node.
    func start(listens: Bool = false, advertise: String = "") throws {
        let runtime = try NodeRuntime(
            directory, try Self.settings(advertise: advertise), holder: "test host",
            logger: Self.logger)
        self.runtime = runtime
        runtime.start()
        guard listens else { return }
        let address = try runtime.listen(host: "127.0.0.1", port: 0)
        port = try #require(Int(address.split(separator: ":")[1]))
    }

    func stop() {
        runtime?.stop()
        runtime = nil
    }

    func ask(_ request: Request) throws -> Reply { try #require(runtime).ask(request) }

    @discardableResult
    func perform(_ command: Command, wait: Int = 0) throws -> Outcome {
        switch try ask(.perform(command, wait: wait, waitMilliseconds: 30_000)) {
        case .outcome(let outcome): return outcome
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    func report(_ query: Query) throws -> Report {
        switch try ask(.query(query)) {
        case .report(let report): return report
        case .refused(let refusal): throw refusal
        default: throw Refusal(.fault, "another reply")
        }
    }

    func invite(_ branch: String, through address: String) throws -> String {
        let reply = try ask(
            .invite(
                InvitationOrder(
                    branch: branch, branchName: branch, readsAll: true, addresses: [address])))
        guard case .outcome(let outcome) = reply else {
            if case .refused(let refusal) = reply { throw refusal }
            throw Refusal(.fault, "no invitation")
        }
        return outcome.subject
    }

    func join(_ line: String, name: String) throws {
        if case .refused(let refusal) = try ask(.join(line: line, name: name)) { throw refusal }
    }
}

/// The refusal that `body` ends with.
func refusal(_ body: () throws -> Void) -> Refusal? {
    do {
        try body()
        return nil
    } catch {
        return error as? Refusal
    }
}
