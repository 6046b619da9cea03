package import Books
package import Replica
package import Sodium
import Wire

/// What `invite` prints and `join` reads: `bbk1:` and the fields in URL-safe base64.
///
/// `book(32) ‖ inviter's transport key(32) ‖ count ‖ addresses ‖ secret(16) ‖ branch ‖ expiry ‖
/// check(4)`, the check being the start of a hash of all before it: a line cut short in the copying is
/// seen before anybody connects.
package struct InvitationLine: Hashable, Sendable {
    package let book: BookID
    package let inviter: AgreementPublicKey
    package let addresses: [String]
    package let secret: [UInt8]
    package let branch: BranchCode
    package let expiresMilliseconds: Int64

    package static let secretBytes = 16
    package static let addressesMax = 8
    package static let addressBytesMax = 255
    package static let charactersMax = 4_096
    private static let prefix = "bbk1:"
    private static let checkBytes = 4

    package init(
        book: BookID, inviter: AgreementPublicKey, addresses: [String], secret: [UInt8],
        branch: BranchCode, expiresMilliseconds: Int64
    ) {
        self.book = book
        self.inviter = inviter
        self.addresses = addresses
        self.secret = secret
        self.branch = branch
        self.expiresMilliseconds = expiresMilliseconds
    }

    /// Names the invitation in the roster without telling the secret.
    package static func id(of secret: [UInt8], book: BookID) -> Digest {
        var writer = ByteWriter()
        writer.text("branchbook invitation v1")
        writer.raw(book.digest.bytes)
        writer.raw(secret)
        return Blake2b.hash256(writer.bytes)
    }

    package var id: Digest { Self.id(of: secret, book: book) }

    package var presharedKey: PresharedKey {
        PresharedKey(invitationSecret: secret, book: book.digest)
    }

    package var text: String {
        var out = ByteWriter()
        out.raw(book.digest.bytes)
        out.raw(inviter.bytes)
        out.length(addresses.count)
        for address in addresses { out.text(address) }
        out.raw(secret)
        out.text(branch.text)
        out.signed(expiresMilliseconds)
        return Self.prefix
            + TextCode.base64URL.text(
                out.bytes + Blake2b.hash256(out.bytes).prefix(Self.checkBytes))
    }

    /// - Throws: `Refusal.badInvitation` for anything but a whole line.
    package init(_ text: String) throws(Refusal) {
        let refusal = Refusal(
            .badInvitation, "this is not an invitation, or a part of it is missing",
            next: "copy the whole line that begins with \(Self.prefix)")
        guard text.utf8.count <= Self.charactersMax, text.hasPrefix(Self.prefix),
            let bytes = TextCode.base64URL.bytes(text.dropFirst(Self.prefix.count)),
            bytes.count > Self.checkBytes
        else { throw refusal }
        let fields = Array(bytes.dropLast(Self.checkBytes))
        guard
            Array(Blake2b.hash256(fields).prefix(Self.checkBytes))
                == Array(bytes.suffix(Self.checkBytes))
        else { throw refusal }
        do {
            try self.init(fields: fields)
        } catch {
            throw refusal
        }
    }

    private init(fields: [UInt8]) throws {
        var reader = ByteReader(fields)
        guard let book = Digest(try reader.raw(32)),
            let inviter = AgreementPublicKey(try reader.raw(32))
        else { throw WireError.truncated }
        var addresses: [String] = []
        for _ in 0..<(try reader.length(atMost: Self.addressesMax)) {
            addresses.append(try reader.text(atMost: Self.addressBytesMax))
        }
        let secret = try reader.raw(Self.secretBytes)
        guard let branch = BranchCode(try reader.text(atMost: 8)) else {
            throw WireError.unknown(field: "branch")
        }
        self.init(
            book: BookID(book), inviter: inviter, addresses: addresses, secret: secret,
            branch: branch, expiresMilliseconds: try reader.signed())
        try reader.finish()
    }
}
