import Foundation

/// One decoder, or several that follow one another, with the laws that hold whatever it is fed.
///
/// A target is a pure function of its input: what it keeps between two calls is what `init` made.
protocol FuzzTarget {
    static var name: String { get }
    /// Longer inputs are not tried, in bytes.
    static var bytesMax: Int { get }
    /// A single allocation of more than this many MiB is a finding: no length of a hostile peer's may
    /// be believed before its bytes are there.
    static var allocationMegabytesMax: Int { get }

    init() throws
    /// Traps or breaks a law where the decoder has a bug.
    func run(_ input: [UInt8]) throws
    /// What honest encoders write, and the nearest wrong spellings of it.
    func seeds() throws -> [[UInt8]]
}

extension FuzzTarget {
    static var bytesMax: Int { 4_096 }
    static var allocationMegabytesMax: Int { 8 }
}

/// Ends the process, with what was broken on standard error: libFuzzer saves the input that did it.
func law(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard !holds else { return }
    FileHandle.standardError.write(Data("broken law: \(what())\n".utf8))
    abort()
}
