import Sodium

extension [UInt8] {
    /// Two small digits a byte.
    package var hex: String { Hex.text(self) }

    /// Nil for anything that `hex` does not write.
    package init?(hex: some StringProtocol) {
        guard let bytes = Hex.bytes(hex) else { return nil }
        self = bytes
    }
}
