package import Sodium
import Wire

/// What a branch says on paper, signed by its node: what a sale sold, or what a shipment carries. Whoever
/// holds the paper can show it at a branch that has not heard of the document.
///
/// Form of the text: `BB1` and the bytes in base 32, of capitals and digits alone, so that a QR code packs it
/// densely. Bytes: book (8) ‖ number ‖ day ‖ flags ‖ receiver ‖ lines (item ‖ quantity ‖ net) ‖ tax ‖
/// signature (64) over "branchbook claim v1" ‖ the bytes before it.
package struct Claim: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package let item: ItemCode
        /// Base units; positive.
        package let quantity: Int64
        /// What they were sold for without tax, in minor units; zero on a shipment.
        package let net: Int64

        package init(item: ItemCode, quantity: Int64, net: Int64) {
            self.item = item
            self.quantity = quantity
            self.net = net
        }
    }

    /// The first bytes of the book's id: papers of another company are told from forged ones.
    package let book: [UInt8]
    package let number: DocumentNumber
    package let day: Day
    /// The customer owes some of it: money goes back where it was sold.
    package let isOnCredit: Bool
    /// The branch that a shipment goes to.
    package let receiver: BranchCode?
    package let lines: [Line]
    /// Of a sale, in minor units.
    package let tax: Int64

    package static let bookBytes = 8
    /// More lines make a code that is not read any more.
    package static let linesMax = 40
    package static let charactersMax = 1_400
    package static let prefix = "BB1"

    package init(
        book: BookID, number: DocumentNumber, day: Day, isOnCredit: Bool = false,
        receiver: BranchCode? = nil, lines: [Line], tax: Int64 = 0
    ) {
        self.book = Array(book.digest.bytes.prefix(Self.bookBytes))
        self.number = number
        self.day = day
        self.isOnCredit = isOnCredit
        self.receiver = receiver
        self.lines = lines
        self.tax = tax
    }

    package func isOf(_ book: BookID) -> Bool {
        self.book == Array(book.digest.bytes.prefix(Self.bookBytes))
    }

    /// Is a text meant to be a claim?
    package static func isMeant(by text: some StringProtocol) -> Bool {
        text.utf8.count > DocumentNumber.charactersMax && text.uppercased().hasPrefix(prefix)
    }

    private var bytes: [UInt8] {
        var out = ByteWriter()
        out.raw(book)
        out.text(number.description)
        out.signed(Int64(day.number))
        out.byte(isOnCredit ? 1 : 0)
        out.text(receiver?.text ?? "")
        out.length(lines.count)
        for line in lines {
            out.text(line.item.text)
            out.signed(line.quantity)
            out.signed(line.net)
        }
        out.signed(tax)
        return out.bytes
    }

    private static func signed(_ bytes: [UInt8]) -> [UInt8] {
        var out = Domain.claim.writer()
        out.raw(bytes)
        return out.bytes
    }

    /// Nil where it has more lines than a code holds.
    package func text(signedBy key: SigningKey) -> String? {
        guard (1...Self.linesMax).contains(lines.count) else { return nil }
        let bytes = bytes
        let text = Self.prefix + TextCode.base32.text(bytes + key.sign(Self.signed(bytes)).bytes)
        return text.utf8.count <= Self.charactersMax ? text : nil
    }

    /// A claim and what has to be asked of its signature.
    package struct Unverified: Sendable {
        package let claim: Claim
        private let bytes: [UInt8]
        private let signature: Signature

        package func isSigned(by key: PublicKey) -> Bool {
            key.verify(signature, of: Claim.signed(bytes))
        }

        /// - Throws: `WireError` for anything but a whole claim.
        package init(_ text: some StringProtocol) throws {
            // Printed in groups where there is no room for a code.
            guard text.utf8.count <= 2 * Claim.charactersMax,
                case let text = String(text.filter({ $0 != " " })),
                text.utf8.count <= Claim.charactersMax
            else { throw WireError.tooLong(limit: Claim.charactersMax) }
            guard text.uppercased().hasPrefix(Claim.prefix),
                let all = TextCode.base32.bytes(text.dropFirst(Claim.prefix.count)),
                all.count > Signature.count, let signature = Signature(all.suffix(Signature.count))
            else { throw WireError.truncated }
            self.signature = signature
            bytes = Array(all.dropLast(Signature.count))
            claim = try Claim(bytes)
        }
    }

    private init(_ bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        book = try reader.raw(Self.bookBytes)
        guard
            let number = DocumentNumber(try reader.text(atMost: DocumentNumber.charactersMax)),
            let day = Int32(exactly: try reader.signed())
        else { throw WireError.unknown(field: "number") }
        (self.number, self.day) = (number, Day(number: day))
        switch try reader.byte() {
        case 0: isOnCredit = false
        case 1: isOnCredit = true
        default: throw WireError.notCanonical
        }
        let receiver = try reader.text(atMost: 8)
        self.receiver = BranchCode(receiver)
        guard receiver.isEmpty == (self.receiver == nil) else {
            throw WireError.unknown(field: "receiver")
        }
        var lines: [Line] = []
        for _ in 0..<(try reader.length(atMost: Self.linesMax)) {
            guard let item = ItemCode(try reader.text(atMost: ItemCode.bytesMax)) else {
                throw WireError.unknown(field: "item")
            }
            let line = Line(item: item, quantity: try reader.signed(), net: try reader.signed())
            guard line.quantity > 0, line.net > .min, lines.last.map({ $0.item < item }) ?? true
            else { throw WireError.notCanonical }
            lines.append(line)
        }
        guard !lines.isEmpty else { throw WireError.unknown(field: "lines") }
        self.lines = lines
        tax = try reader.signed()
        try reader.finish()
    }
}

extension Roster {
    /// Who wrote documents of a series.
    package func author(of series: Series) -> NodeID? {
        nodes.first { $0.value.admission.series == series }?.key
    }
}
