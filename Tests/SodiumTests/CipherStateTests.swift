import Testing

@testable import Sodium

@Suite struct CipherStateTests {
    static let key = SymmetricKey(counting(from: 0))!

    /// The vector of `docs/protocol-channel.md`, computed with Python and libsodium.
    @Test func rekeyIsTheWrittenOne() throws {
        let text = "50835543a205b22c9323f2022bc4f67d838f90e61d5ccf33c4513e01f85b5042"
        var rekeyed = CipherState(key: Self.key)
        rekeyed.rekey()
        let key = try #require(SymmetricKey(hex(text)))
        var direct = CipherState(key: key)
        var (one, other): ([UInt8], [UInt8]) = ([], [])
        try rekeyed.encrypt([1, 2, 3][...], into: &one)
        try direct.encrypt([1, 2, 3][...], into: &other)
        #expect(one == other)
        #expect(try Vectors.protocolPage().contains(text))
    }

    @Test func rekeyKeepsCounting() throws {
        var state = CipherState(key: Self.key, nonce: 41)
        state.rekey()
        #expect(state.nonce == 41)
    }

    @Test func lastNonceIsKeptBack() throws {
        var state = CipherState(key: Self.key, nonce: .max - 1)
        var peer = state
        var (sealed, opened): ([UInt8], [UInt8]) = ([], [])
        try state.encrypt([1][...], into: &sealed)
        try peer.decrypt(sealed[...], into: &opened)
        #expect(opened == [1])
        #expect(throws: SodiumError.nonceExhausted) {
            try state.encrypt([1][...], into: &sealed)
        }
        #expect(throws: SodiumError.nonceExhausted) {
            try peer.decrypt(sealed[...], into: &opened)
        }
        #expect(opened == [1])
    }

    @Test func refusalChangesNothing() throws {
        var (state, peer) = (CipherState(key: Self.key), CipherState(key: Self.key))
        var sealed: [UInt8] = []
        try state.encrypt([7, 8][...], associated: [1], into: &sealed)
        var opened: [UInt8] = [9]
        for length in 0..<sealed.count {
            #expect(throws: SodiumError.forged) {
                try peer.decrypt(sealed.prefix(length), associated: [1], into: &opened)
            }
        }
        #expect(throws: SodiumError.forged) {
            try peer.decrypt(sealed[...], associated: [2], into: &opened)
        }
        #expect(opened == [9] && peer.nonce == 0)
        try peer.decrypt(sealed[...], associated: [1], into: &opened)
        #expect(opened == [9, 7, 8])
    }

    @Test func handshakeKeepsItsTurns() throws {
        func side(_ role: HandshakeState.Role) -> HandshakeState {
            HandshakeState(
                .nn, role: role, prologue: [], local: nil, ephemeralSeed: Self.key, psk: nil)
        }
        var (one, other) = (side(.initiator), side(.responder))
        #expect(throws: SodiumError.outOfTurn) { try other.write([]) }
        #expect(throws: SodiumError.outOfTurn) { try one.read([]) }
        #expect(throws: SodiumError.outOfTurn) { try one.split() }
        let first = try one.write([])
        #expect(throws: SodiumError.outOfTurn) { try one.write([]) }
        #expect(throws: SodiumError.wrongLength(31)) { try other.read(first.prefix(31)) }
        _ = try other.read(first[...])
        let second = try other.write([5])
        var changed = second
        changed[40] ^= 1
        #expect(throws: SodiumError.forged) { try one.read(changed[...]) }
        #expect(try one.read(second[...]) == [5])
        #expect(one.isDone && other.isDone)
        #expect(throws: SodiumError.outOfTurn) { try one.write([]) }
    }
}
