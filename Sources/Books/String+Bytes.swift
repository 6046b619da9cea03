extension String {
    /// Its beginning, in whole characters, of at most so many bytes of UTF-8; characters that are not wanted are left out.
    package func cut(
        toBytes most: Int, where isWanted: (Character) -> Bool = { _ in true }
    ) -> String {
        var kept = ""
        for character in self where isWanted(character) {
            guard kept.utf8.count + character.utf8.count <= most else { break }
            kept.append(character)
        }
        return kept
    }

    /// FNV-1a of its bytes, 64 bits: tells texts apart of which nobody is an enemy. Keys that are written hold it, so it
    /// never changes.
    package var fnv1a: UInt64 {
        utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
