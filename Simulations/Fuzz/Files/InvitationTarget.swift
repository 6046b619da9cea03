import Books
import Replica
import Sodium
import Wire

@testable import Engine

/// What somebody pastes after `join`: any text, and any fields beneath a check that is right.
struct InvitationTarget: FuzzTarget {
    static let name = "invitation"
    static let allocationMegabytesMax = 1

    private let company: Company

    init() throws { company = try Company() }

    func run(_ input: [UInt8]) {
        var input = Input(input)
        let isChecked = input.flag()
        let rest = input.rest()
        let text =
            isChecked
            ? "bbk1:" + TextCode.base64URL.text(rest + Blake2b.hash256(rest).prefix(4))
            : String(decoding: rest, as: UTF8.self)
        do throws(Refusal) {
            let line = try InvitationLine(text)
            law(line.text.utf8.elementsEqual(text.utf8), "an invitation has a second spelling")
        } catch {
            law(error.code == .badInvitation, "refused as \(error.code)")
        }
        // Bytes that are the one spelling of themselves.
        law(
            TextCode.base64URL.bytes(TextCode.base64URL.text(rest)) == rest,
            "base64 does not come back")
        let code = TextCode.base32.text(rest)
        law(TextCode.base32.bytes(code) == rest, "base32 does not come back")
        // What is printed on a receipt is typed as well.
        _ = try? Claim.Unverified(Claim.prefix + code)
    }

    func seeds() -> [[UInt8]] {
        [0, 1, 8].flatMap { count -> [[UInt8]] in
            let line = InvitationLine(
                book: company.book, inviter: company.transports[0],
                addresses: (0..<count).map { "host\($0):7700" },
                secret: [UInt8](repeating: 9, count: InvitationLine.secretBytes),
                branch: Company.branches[1], expiresMilliseconds: 1_790_000_000_000)
            let fields = TextCode.base64URL.bytes(line.text.dropFirst(5))?.dropLast(4) ?? []
            return [[0] + Array(line.text.utf8), [1] + fields]
        }
    }
}
