import Replica
import Sodium
import Testing
import Wire

@testable import Engine

/// The secret file's bytes.
@Suite struct CredentialsTests {
    private static func samples() throws -> [Credentials] {
        var random = SeededRandom(seed: 31)
        let bare = Credentials(random: &random)
        let introducer = AgreementKey(random: &random).publicKey
        return [nil, introducer].reduce(into: [bare]) { samples, introducer in
            var member = bare
            member.membership = Credentials.Membership(
                book: .genesis, rosterKey: SymmetricKey(random: &random), incarnation: 300,
                introducer: introducer)
            samples.append(member)
        }
    }

    @Test func everySampleIsReadBackAndNothingShorterOrLonger() throws {
        for sample in try Self.samples() {
            #expect(try Credentials(bytes: sample.bytes) == sample)
            for count in 0..<sample.bytes.count {
                #expect(throws: WireError.self) {
                    try Credentials(bytes: Array(sample.bytes.prefix(count)))
                }
            }
            #expect(throws: WireError.trailing) { try Credentials(bytes: sample.bytes + [0]) }
        }
    }

    /// Found by `Scripts/fuzz`: any byte but 1 said "no book", or "no introducer". A damaged file of a
    /// member was one of a node that never joined.
    @Test func aFlagHasTwoSpellings() throws {
        let samples = try Self.samples()
        let places = [(samples[0], 97), (samples[1], samples[1].bytes.count - 1)]
        for (sample, place) in places {
            for value: UInt8 in [2, 3, 0x80, 0xff] {
                var bytes = sample.bytes
                #expect(bytes[place] == 0)
                bytes[place] = value
                #expect(throws: WireError.notCanonical) { try Credentials(bytes: bytes) }
            }
        }
    }
}
