import Books
import Engine
import Foundation
package import Logging
import ServiceLifecycle
import UnixSignals

/// `branchbook node`: a runtime that listens to peers and to the control socket until it is told to
/// stop.
package struct Daemon: Service {
    private let directory: DataDirectory
    private let settings: Settings
    private let logger: Logger

    package init(_ directory: DataDirectory, _ settings: Settings, logger: Logger) {
        self.directory = directory
        self.settings = settings
        self.logger = logger
    }

    /// Runs until TERM or INT, or until the engine cannot go on.
    package static func run(
        _ directory: DataDirectory, _ settings: Settings, logger: Logger
    ) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: Daemon(directory, settings, logger: logger),
                        successTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }

    package func run() async throws {
        let (failures, failure) = AsyncStream.makeStream(of: Refusal.self)
        // A command that is at work in the directory has a moment to end.
        let runtime = try DirectoryLock.patiently(milliseconds: 10_000) {
            try NodeRuntime(
                directory, settings, holder: "branchbook node", logger: logger,
                failed: { failure.yield($0) })
        }
        runtime.start()
        // Handshakes are refused until the engine has told its keys; so the order does not matter.
        let address = try settings.listen().map {
            try runtime.listen(host: $0.host, port: $0.port)
        }
        let control = try ControlServer(runtime, logger: logger)
        logger.notice(
            "ready",
            metadata: [
                "data": "\(directory.path)", "listen": "\(address ?? "none")",
                "control": "\(directory.socket)",
            ])
        Readiness.tell("READY=1")
        let refusal = await withGracefulShutdownHandler {
            await failures.first { _ in true }
        } onGracefulShutdown: {
            failure.finish()
        }
        logger.notice("stopping")
        Readiness.tell("STOPPING=1")
        control.stop()
        runtime.stop()
        if let refusal { throw refusal }
        logger.notice("stopped")
    }
}
