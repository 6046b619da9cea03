/// RFC 4648, section 6, without padding: what QR codes pack densely and people can type.
package enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                out.append(alphabet[Int(bits >> held & 31)])
            }
            bits &= (1 << held) - 1
        }
        if held > 0 { out.append(alphabet[Int(bits << (5 - held) & 31)]) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil unless the text is the one spelling of some bytes. Small letters are read as capitals.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var held: UInt32 = 0
        for character in text.utf8 {
            let value: UInt8
            switch character {
            case 0x41...0x5a: value = character - 0x41
            case 0x61...0x7a: value = character - 0x61
            case 0x32...0x37: value = character - 0x32 + 26
            default: return nil
            }
            bits = bits << 5 | UInt32(value)
            held += 5
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> held))
                bits &= (1 << held) - 1
            }
        }
        // No letter is left over, and no bit that says nothing is set.
        guard held < 5, bits == 0 else { return nil }
        return out
    }
}
