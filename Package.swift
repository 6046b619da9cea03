// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors, imports are internal unless said otherwise, existentials are spelled out.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// The C interface of the same SQLite, for `HotInsert` and the log at opening.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(
    name: "UnixSignals", package: "swift-service-lifecycle")

// Arrows point down only: a target may depend on the ones above it in this list, never below.
let package = Package(
    name: "branchbook",
    products: [
        .executable(name: "branchbook", targets: ["branchbook"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Wire", swiftSettings: strict),
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "Sodium", dependencies: ["CSodium", "Wire"], swiftSettings: strict),
        .target(name: "Replica", dependencies: ["Sodium", "Wire"], swiftSettings: strict),
        .target(name: "Books", dependencies: ["Replica"], swiftSettings: strict),
        .target(name: "Gossip", dependencies: ["Replica", "Sodium", "Wire"], swiftSettings: strict),
        .target(
            name: "Store", dependencies: ["Books", "Replica", "Sodium", "Wire", grdb, sqlite],
            swiftSettings: strict),
        .target(
            name: "Engine",
            dependencies: ["Store", "Gossip", "Books", "Replica", "Sodium", "Wire"],
            swiftSettings: strict),
        .target(
            name: "Exchange", dependencies: ["Books", "Replica", "Wire"], swiftSettings: strict),
        .target(
            name: "Node",
            dependencies: [
                "Engine", "Gossip", "Store", "Books", "Replica", "Sodium", "Wire", nioCore,
                nioPosix, logging, lifecycle, signals,
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CZint", providers: [.apt(["libzint-dev"])]),
        .target(name: "Printing", dependencies: ["CZint"], swiftSettings: strict),
        .executableTarget(
            name: "branchbook",
            dependencies: [
                "Node", "Engine", "Exchange", "Printing", "Books", "Replica", "Sodium", logging, arguments,
            ],
            swiftSettings: strict),
        .target(
            name: "CSimulatedDisk", path: "Simulations/CSimulatedDisk",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "SimulatedDisk", dependencies: ["CSimulatedDisk"],
            path: "Simulations/SimulatedDisk", swiftSettings: strict),
        .target(
            name: "DiskChecks",
            dependencies: ["SimulatedDisk", "Engine", "Store", "Books", "Replica", "Sodium"],
            path: "Simulations/DiskChecks", swiftSettings: strict),
        .target(
            name: "Simulator",
            dependencies: [
                "Engine", "Gossip", "Store", "Books", "Replica", "Sodium", "Wire", "SimulatedDisk",
            ],
            path: "Simulations/Simulator", swiftSettings: strict),
        .executableTarget(
            name: "simulate",
            dependencies: ["DiskChecks", "Scale", "SimulatedDisk", "Simulator", arguments],
            path: "Simulations/simulate", swiftSettings: strict),
        .executableTarget(
            name: "bench",
            dependencies: ["Node", "Engine", "Store", "Books", "Replica", "Sodium", logging, grdb],
            path: "Benchmarks/bench", swiftSettings: strict),
        .target(
            name: "Scale", dependencies: ["Gossip", "Replica", "Sodium", "Wire"],
            path: "Simulations/Scale", swiftSettings: strict),

        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
        .testTarget(
            name: "SodiumTests", dependencies: ["Sodium", "CSodium", "Wire"], swiftSettings: strict),
        .testTarget(
            name: "ReplicaTests", dependencies: ["Replica", "Sodium", "Wire"],
            swiftSettings: strict),
        .testTarget(name: "BooksTests", dependencies: ["Books", "Sodium"], swiftSettings: strict),
        .testTarget(
            name: "StoreTests", dependencies: ["Store", "Replica", "Sodium", grdb],
            swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "Engine", "Exchange", "Gossip", "Store", "Books", "Replica", "Sodium", grdb,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PrintingTests", dependencies: ["Printing"], swiftSettings: strict),
        .testTarget(
            name: "ExchangeTests", dependencies: ["Exchange", "Books", "Replica", "Sodium"],
            swiftSettings: strict),
        .testTarget(
            name: "GossipTests", dependencies: ["Gossip", "Replica", "Sodium", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "ScaleTests", dependencies: ["Scale", "Gossip", "Replica", "Sodium", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "NodeTests", dependencies: ["Node", "Engine", "Books", nioCore, logging],
            swiftSettings: strict),
        .testTarget(
            name: "CommandTests", dependencies: ["branchbook"], swiftSettings: strict),
        .testTarget(
            name: "SimulatedDiskTests",
            dependencies: ["SimulatedDisk", "DiskChecks", "Store", "Sodium", grdb, sqlite],
            swiftSettings: strict),
        .testTarget(
            name: "SimulatorTests", dependencies: ["Simulator", "SimulatedDisk", "Store"],
            swiftSettings: strict),
        .testTarget(
            name: "SimulateTests", dependencies: ["simulate", "Simulator", arguments],
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzzed decoders need libFuzzer, which comes with the compiler on Linux alone, and every module
// built with its counters: `Scripts/fuzz` asks for them, nobody else does.
if Context.environment["BRANCHBOOK_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Node", "Engine", "Exchange", "Gossip", "Store", "Books", "Replica", "Sodium", "Wire",
                nioCore,
            ],
            path: "Simulations/Fuzz", exclude: ["Words.txt"],
            // libFuzzer brings `main`.
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
