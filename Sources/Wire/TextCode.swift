/// Bytes as text, so many bits a character (RFC 4648), without padding.
package struct TextCode: Sendable {
    private let alphabet: [UInt8]
    private let bitsEach: Int
    /// Of a byte of text, its place in the alphabet; 255 for none.
    private let places: [UInt8]

    /// Section 6: what QR codes pack densely and people can type. Small letters are read as capitals.
    package static let base32 = TextCode("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, ignoresCase: true)
    /// Section 5.
    package static let base64URL = TextCode(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6)

    private init(_ alphabet: String, _ bitsEach: Int, ignoresCase: Bool = false) {
        self.alphabet = Array(alphabet.utf8)
        self.bitsEach = bitsEach
        var places = [UInt8](repeating: .max, count: 256)
        for (place, character) in self.alphabet.enumerated() {
            places[Int(character)] = UInt8(place)
            if ignoresCase, (0x41...0x5a).contains(character) {
                places[Int(character) + 0x20] = UInt8(place)
            }
        }
        self.places = places
    }

    package func text(_ bytes: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= bitsEach {
                held -= bitsEach
                out.append(alphabet[Int(bits >> UInt32(held))])
                bits &= (1 << UInt32(held)) - 1
            }
        }
        if held > 0 { out.append(alphabet[Int(bits << UInt32(bitsEach - held))]) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil unless the text is the one spelling of some bytes.
    package func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var out: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for character in text.utf8 {
            let place = places[Int(character)]
            guard place != .max else { return nil }
            bits = bits << UInt32(bitsEach) | UInt32(place)
            held += bitsEach
            guard held >= 8 else { continue }
            held -= 8
            out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            bits &= (1 << UInt32(held)) - 1
        }
        // No character is left over, and no bit that says nothing is set.
        guard held < bitsEach, bits == 0 else { return nil }
        return out
    }
}
