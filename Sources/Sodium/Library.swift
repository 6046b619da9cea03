import CSodium

/// The one initialisation of libsodium.
enum Library {
    /// Every entry point asks for this first. `sodium_init` picks the fastest code for this
    /// processor and opens the random source; it answers -1 only when that source is missing, and
    /// then no key of this process could be trusted. Cost: after the first call one load.
    static let ready: Bool = {
        precondition(sodium_init() >= 0, "libsodium found no source of randomness")
        return true
    }()

    @inline(__always)
    static func ensure() {
        _ = ready
    }
}
