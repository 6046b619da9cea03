package import Replica
package import Sodium
package import Wire

/// What a newcomer says first on a channel opened with an invitation's secret.
package struct JoinRequest: Hashable, Sendable {
    package let node: NodeID
    package let box: AgreementPublicKey
    package let name: String
    /// Over the hash of the handshake: the newcomer holds the signing key, and says so here and now.
    package let signature: Signature

    package static let nameBytesMax = 64

    package init(node: NodeID, box: AgreementPublicKey, name: String, signature: Signature) {
        self.node = node
        self.box = box
        self.name = name
        self.signature = signature
    }

    /// What is signed: `"branchbook join v1" ‖ handshake hash ‖ box key ‖ name`.
    package static func signedBytes(
        handshake: [UInt8], box: AgreementPublicKey, name: String
    ) -> [UInt8] {
        var out = ByteWriter()
        out.text("branchbook join v1")
        out.blob(handshake)
        out.raw(box.bytes)
        out.text(name)
        return out.bytes
    }

    package var bytes: [UInt8] {
        var out = ByteWriter()
        out.byte(MessageKind.joinRequest.rawValue)
        out.raw(node.key.bytes)
        out.raw(box.bytes)
        out.text(name)
        out.raw(signature.bytes)
        return out.bytes
    }

    package init(_ bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == MessageKind.joinRequest.rawValue else {
            throw .unknown(field: "kind")
        }
        node = try NodeID(from: &reader)
        guard let box = AgreementPublicKey(try reader.raw(32)) else { throw .truncated }
        self.box = box
        name = try reader.text(atMost: Self.nameBytesMax)
        guard let signature = Signature(try reader.raw(Signature.count)) else { throw .truncated }
        self.signature = signature
        try reader.finish()
    }
}

/// The way in: what opens the roster, where every other key stands.
package struct JoinAccept: Hashable, Sendable {
    package let book: BookID
    package let rosterKey: [UInt8]
    package let inviter: NodeID
    package let branch: BranchCode
    package let series: String
    package let company: String

    package init(
        book: BookID, rosterKey: [UInt8], inviter: NodeID, branch: BranchCode, series: String,
        company: String
    ) {
        self.book = book
        self.rosterKey = rosterKey
        self.inviter = inviter
        self.branch = branch
        self.series = series
        self.company = company
    }

    package var bytes: [UInt8] {
        var out = ByteWriter()
        out.byte(MessageKind.joinAccept.rawValue)
        out.raw(book.digest.bytes)
        out.raw(rosterKey)
        out.raw(inviter.key.bytes)
        out.text(branch.text)
        out.text(series)
        out.text(company)
        return out.bytes
    }

    package init(_ bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == MessageKind.joinAccept.rawValue else {
            throw .unknown(field: "kind")
        }
        guard let book = Digest(try reader.raw(32)) else { throw .truncated }
        self.book = BookID(book)
        rosterKey = try reader.raw(32)
        inviter = try NodeID(from: &reader)
        guard let branch = BranchCode(try reader.text(atMost: 8)) else {
            throw .unknown(field: "branch")
        }
        self.branch = branch
        series = try reader.text(atMost: 16)
        company = try reader.text(atMost: 200)
        try reader.finish()
    }
}

/// Why a newcomer was not let in: a stable code and a sentence.
package struct JoinRefusal: Hashable, Sendable {
    package let code: String
    package let what: String

    package init(code: String, what: String) {
        self.code = code
        self.what = what
    }

    package var bytes: [UInt8] {
        var out = ByteWriter()
        out.byte(MessageKind.joinRefusal.rawValue)
        out.text(code)
        out.text(what)
        return out.bytes
    }

    package init(_ bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        guard try reader.byte() == MessageKind.joinRefusal.rawValue else {
            throw .unknown(field: "kind")
        }
        code = try reader.text(atMost: 16)
        what = try reader.text(atMost: 900)
        try reader.finish()
    }
}
