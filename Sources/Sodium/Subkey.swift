/// Keys derived from a key, so that no key serves two purposes.
package enum Subkey {
    package static let labelBytesMax = 16

    /// Keyed BLAKE2b-256 over `label ‖ 0 ‖ context`. The label names the purpose: at most 16 bytes
    /// of UTF-8 without a NUL, a constant of this program listed in `docs/protocol-channel.md`.
    package static func derive(
        from key: SymmetricKey, label: String, context: [UInt8]
    ) -> SymmetricKey {
        let name = Array(label.utf8)
        precondition(
            name.count <= labelBytesMax && !name.contains(0), "not a subkey label: \(label)")
        var state = Blake2b.State(key: key.bytes)
        state.update(name)
        state.update(0)
        state.update(context)
        return SymmetricKey(state.finish256())
    }
}
