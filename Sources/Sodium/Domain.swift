/// The prefixes that keep the hashes of this module apart. A prefix is the text, then a zero byte;
/// none is another's beginning. Listed in `docs/protocol-channel.md`.
enum Domain: String, CaseIterable {
    case presharedKeyID = "branchbook psk id v1"
    case invitationKey = "branchbook invitation psk v1"
    case codeCommitment = "branchbook code commitment v1"
    case shortCode = "branchbook short code v1"
    case seededRandom = "branchbook seeded random v1"

    var prefix: [UInt8] { Array(rawValue.utf8) + [0] }
}
