import Testing

@testable import Sodium

/// Both published sets: every handshake and transport message byte for byte, in both directions.
@Suite(.enabled(if: Vectors.arePresent, Vectors.reason))
struct NoiseVectorTests {
    struct Side {
        var prologue: [UInt8] = []
        var local: [UInt8]?
        var ephemeral: [UInt8]
        var psk: [UInt8]?

        func state(
            _ pattern: HandshakePattern, _ role: HandshakeState.Role
        ) throws -> HandshakeState {
            HandshakeState(
                pattern, role: role, prologue: prologue, local: local.flatMap { AgreementKey($0) },
                ephemeralSeed: try #require(SymmetricKey(ephemeral)),
                psk: psk.flatMap { PresharedKey($0) })
        }
    }

    struct Exchange {
        let payload: [UInt8]
        let ciphertext: [UInt8]
    }

    /// Handshake messages by turns, then transport: the first message after the handshake comes from
    /// `speaksFirst`, the others by turns.
    static func run(
        _ name: String, _ initiator: Side, _ responder: Side, _ exchanges: [Exchange],
        hash: [UInt8]?, initiatorSpeaksFirst: (Int) -> Bool
    ) throws {
        let pattern = try #require(
            HandshakePattern.all.first { $0.protocolName == name }, "\(name)")
        var one = try initiator.state(pattern, .initiator)
        var other = try responder.state(pattern, .responder)
        let handshakes = pattern.messages.count
        for (index, exchange) in exchanges.prefix(handshakes).enumerated() {
            let message =
                index % 2 == 0 ? try one.write(exchange.payload) : try other.write(exchange.payload)
            #expect(message == exchange.ciphertext, "\(name) message \(index)")
            let payload =
                index % 2 == 0 ? try other.read(message[...]) : try one.read(message[...])
            #expect(payload == exchange.payload, "\(name) message \(index)")
        }
        #expect(one.hash == other.hash)
        if let hash { #expect(one.hash == hash) }
        var (a, b) = (try one.split(), try other.split())
        for (index, exchange) in exchanges.enumerated().dropFirst(handshakes) {
            var (sealed, opened): ([UInt8], [UInt8]) = ([], [])
            if initiatorSpeaksFirst(index) {
                try a.send.encrypt(exchange.payload[...], into: &sealed)
                try b.receive.decrypt(sealed[...], into: &opened)
            } else {
                try b.send.encrypt(exchange.payload[...], into: &sealed)
                try a.receive.decrypt(sealed[...], into: &opened)
            }
            #expect(sealed == exchange.ciphertext, "\(name) transport \(index)")
            #expect(opened == exchange.payload, "\(name) transport \(index)")
        }
    }

    @Test func flynn() throws {
        let vectors: [[String: String]] = try Vectors.read("noise_flynn_XX_XXpsk0.json")
        #expect(vectors.count == 12)
        for vector in vectors {
            func field(_ key: String) throws -> [UInt8]? { try vector[key].map { try hex($0) } }
            let name = try #require(vector["handshake"])
            let prologue = try field("prologue") ?? []
            let psk = try field("preshared_key")
            let initiator = Side(
                prologue: prologue, local: try field("init_static"),
                ephemeral: try #require(try field("gen_init_ephemeral")), psk: psk)
            let responder = Side(
                prologue: prologue, local: try field("resp_static"),
                ephemeral: try #require(try field("gen_resp_ephemeral")), psk: psk)
            var exchanges: [Exchange] = []
            while let ciphertext = try field("msg_\(exchanges.count)_ciphertext") {
                let payload = try #require(try field("msg_\(exchanges.count)_payload"))
                exchanges.append(Exchange(payload: payload, ciphertext: ciphertext))
            }
            let handshakes = name.contains("_NN") ? 2 : 3
            try Self.run(name, initiator, responder, exchanges, hash: nil) {
                ($0 - handshakes) % 2 == 0
            }
        }
    }

    struct Cacophony: Decodable {
        struct Message: Decodable {
            let payload: String
            let ciphertext: String
        }

        let protocol_name: String
        let init_prologue: String
        let init_psks: [String]?
        let init_static: String?
        let init_ephemeral: String
        let resp_prologue: String
        let resp_psks: [String]?
        let resp_static: String?
        let resp_ephemeral: String
        let handshake_hash: String
        let messages: [Message]
    }

    @Test func cacophony() throws {
        let vectors: [Cacophony] = try Vectors.read("noise_cacophony_XX.json")
        #expect(vectors.count == 4)
        for vector in vectors {
            let initiator = Side(
                prologue: try hex(vector.init_prologue),
                local: try vector.init_static.map { try hex($0) },
                ephemeral: try hex(vector.init_ephemeral),
                psk: try vector.init_psks?.first.map { try hex($0) })
            let responder = Side(
                prologue: try hex(vector.resp_prologue),
                local: try vector.resp_static.map { try hex($0) },
                ephemeral: try hex(vector.resp_ephemeral),
                psk: try vector.resp_psks?.first.map { try hex($0) })
            let exchanges = try vector.messages.map {
                Exchange(payload: try hex($0.payload), ciphertext: try hex($0.ciphertext))
            }
            try Self.run(
                vector.protocol_name, initiator, responder, exchanges,
                hash: try hex(vector.handshake_hash)
            ) { $0 % 2 == 0 }
        }
    }
}
