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
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

// Arrows point down only: a target may depend on the ones above it in this list, never below.
let package = Package(
    name: "branchbook",
    products: [
        .executable(name: "branchbook", targets: ["branchbook"])
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
        .target(name: "Exchange", dependencies: ["Books", "Replica"], swiftSettings: strict),
        .target(name: "Gossip", dependencies: ["Replica", "Wire", "Sodium"], swiftSettings: strict),
        .target(
            name: "Store", dependencies: ["Books", "Replica", "Sodium", "Wire", grdb],
            swiftSettings: strict),
        .target(
            name: "Engine",
            dependencies: ["Store", "Gossip", "Books", "Replica", "Sodium", "Wire"],
            swiftSettings: strict),
        .target(
            name: "Node",
            dependencies: [
                "Engine", "Exchange", nioCore, nioPosix, logging, lifecycle,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "branchbook", dependencies: ["Node", arguments], swiftSettings: strict),

        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
