// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors, imports are internal unless said otherwise, existentials are spelled out.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// Arrows point down only: a target may depend on the ones above it in this list, never below.
let package = Package(
    name: "branchbook",
    targets: [
        .target(name: "Wire", swiftSettings: strict),
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "Sodium", dependencies: ["CSodium", "Wire"], swiftSettings: strict),
        .target(name: "Replica", dependencies: ["Sodium", "Wire"], swiftSettings: strict),

        .testTarget(name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
        .testTarget(
            name: "SodiumTests", dependencies: ["Sodium", "CSodium"], swiftSettings: strict),
        .testTarget(
            name: "ReplicaTests", dependencies: ["Replica", "Sodium", "Wire"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
