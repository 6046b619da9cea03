package import Replica
package import Sodium
package import Wire

/// What a node keeps secret beside its database: its three keys and what opens the roster. Every
/// other key comes out of the roster, sealed to the box key.
package struct Credentials: Equatable, Sendable {
    package let signing: SigningKey
    package let transport: AgreementKey
    package let box: AgreementKey
    /// Nil until the node founded or joined a book.
    package var membership: Membership?

    package struct Membership: Equatable, Sendable {
        package var book: BookID
        package var rosterKey: SymmetricKey
        /// Generation of the node's own logs, from 1; a new one after a restore.
        package var incarnation: UInt64
        /// The transport key of the node that let us in: trusted until the roster is here.
        package var introducer: AgreementPublicKey?

        package init(
            book: BookID, rosterKey: SymmetricKey, incarnation: UInt64 = 1,
            introducer: AgreementPublicKey? = nil
        ) {
            self.book = book
            self.rosterKey = rosterKey
            self.incarnation = incarnation
            self.introducer = introducer
        }
    }

    /// New keys, from the system's randomness or a seed.
    package init(random: inout some RandomSource) {
        signing = SigningKey(random: &random)
        transport = AgreementKey(random: &random)
        box = AgreementKey(random: &random)
    }

    package var node: NodeID { NodeID(signing.publicKey) }

    package static let bytesMax = 4_096
    private static let format: UInt8 = 1
}

extension Credentials {
    /// For the secret file: `format ‖ signing seed ‖ transport ‖ box ‖ [book ‖ roster key ‖
    /// incarnation ‖ [introducer]]`.
    package var bytes: [UInt8] {
        var out = ByteWriter()
        out.byte(Self.format)
        out.raw(signing.bytes)
        out.raw(transport.bytes)
        out.raw(box.bytes)
        out.byte(membership == nil ? 0 : 1)
        if let membership {
            out.raw(membership.book.digest.bytes)
            out.raw(membership.rosterKey.bytes)
            out.varint(membership.incarnation)
            out.byte(membership.introducer == nil ? 0 : 1)
            if let introducer = membership.introducer { out.raw(introducer.bytes) }
        }
        return out.bytes
    }

    /// - Throws: `WireError` for a file that is damaged or of a later program.
    package init(bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == Self.format else { throw .unknown(field: "format") }
        guard let signing = SigningKey(try reader.raw(32)),
            let transport = AgreementKey(try reader.raw(32)),
            let box = AgreementKey(try reader.raw(32))
        else { throw .truncated }
        self.signing = signing
        self.transport = transport
        self.box = box
        membership = try reader.isNext() ? try Membership(from: &reader) : nil
        try reader.finish()
    }
}

extension ByteReader {
    /// Does a part follow that may be left out? One byte, of which there are two.
    fileprivate mutating func isNext() throws(WireError) -> Bool {
        switch try byte() {
        case 0: return false
        case 1: return true
        default: throw .notCanonical
        }
    }
}

extension Credentials.Membership {
    fileprivate init(from reader: inout ByteReader) throws(WireError) {
        guard let book = Digest(try reader.raw(32)), let key = SymmetricKey(try reader.raw(32))
        else { throw .truncated }
        let incarnation = try reader.varint()
        let introducer = try reader.isNext() ? AgreementPublicKey(try reader.raw(32)) : nil
        self.init(
            book: BookID(book), rosterKey: key, incarnation: incarnation, introducer: introducer)
    }
}
