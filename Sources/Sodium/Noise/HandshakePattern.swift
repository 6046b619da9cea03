/// Which tokens each message of a handshake carries (Noise revision 34, sections 7 and 9), the
/// initiator's message first, then by turns. Branchbook speaks `XXpsk0`; the others let published
/// vectors test the same code.
package struct HandshakePattern: Equatable, Sendable {
    enum Token: Sendable {
        case e, s, ee, es, se, ss, psk
    }

    let name: String
    let messages: [[Token]]

    /// Whether a pre-shared key takes part; then ephemeral keys are mixed in too (section 9.2).
    var usesPresharedKey: Bool { messages.contains { $0.contains(.psk) } }

    package var protocolName: String { "Noise_\(name)_25519_ChaChaPoly_BLAKE2b" }

    package static let nn = HandshakePattern(name: "NN", messages: [[.e], [.e, .ee]])
    package static let nnPsk0 = HandshakePattern(
        name: "NNpsk0", messages: [[.psk, .e], [.e, .ee]])
    package static let xx = HandshakePattern(
        name: "XX", messages: [[.e], [.e, .ee, .s, .es], [.s, .se]])
    package static let xxPsk0 = HandshakePattern(
        name: "XXpsk0", messages: [[.psk, .e], [.e, .ee, .s, .es], [.s, .se]])
    package static let xxPsk3 = HandshakePattern(
        name: "XXpsk3", messages: [[.e], [.e, .ee, .s, .es], [.s, .se, .psk]])

    package static let all = [nn, nnPsk0, xx, xxPsk0, xxPsk3]
}
