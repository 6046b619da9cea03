import Engine
import Replica
import Sodium
import Wire

/// The secret file of a node, damaged in any way.
struct CredentialsTarget: FuzzTarget {
    static let name = "credentials"
    static let bytesMax = 512
    static let allocationMegabytesMax = 1

    init() {}

    func run(_ input: [UInt8]) {
        do throws(WireError) {
            let credentials = try Credentials(bytes: input)
            law(credentials.bytes == input, "a secret file has a second spelling")
        } catch {
            return
        }
    }

    func seeds() throws -> [[UInt8]] {
        let company = try Company()
        var random = SeededRandom(seed: 3)
        var credentials = Credentials(random: &random)
        var seeds = [credentials.bytes]
        for introducer in [nil, company.transports[0]] {
            credentials.membership = Credentials.Membership(
                book: company.book, rosterKey: SymmetricKey(random: &random), incarnation: 300,
                introducer: introducer)
            seeds.append(credentials.bytes)
        }
        return seeds
    }
}
