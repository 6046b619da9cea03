/// Addition modulo 2^256, most significant byte first: the digest of a set is the sum of the
/// digests of its members.
///
/// Laws: adding is commutative and associative, `zero` is neutral, and
/// `a.adding(b).subtracting(b) == a`.
extension Digest {
    package func adding(_ other: Digest) -> Digest {
        let (a, b) = (words, other.words)
        var carry = false
        let fourth = Self.add(a.3, b.3, &carry)
        let third = Self.add(a.2, b.2, &carry)
        let second = Self.add(a.1, b.1, &carry)
        let first = Self.add(a.0, b.0, &carry)
        return Digest(words: (first, second, third, fourth))
    }

    package func subtracting(_ other: Digest) -> Digest {
        let (a, b) = (words, other.words)
        var borrow = false
        let fourth = Self.subtract(a.3, b.3, &borrow)
        let third = Self.subtract(a.2, b.2, &borrow)
        let second = Self.subtract(a.1, b.1, &borrow)
        let first = Self.subtract(a.0, b.0, &borrow)
        return Digest(words: (first, second, third, fourth))
    }

    package static func += (left: inout Digest, right: Digest) {
        left = left.adding(right)
    }

    package static func -= (left: inout Digest, right: Digest) {
        left = left.subtracting(right)
    }

    private static func add(_ a: UInt64, _ b: UInt64, _ carry: inout Bool) -> UInt64 {
        let (sum, over) = a.addingReportingOverflow(b)
        let (total, overAgain) = sum.addingReportingOverflow(carry ? 1 : 0)
        carry = over || overAgain
        return total
    }

    private static func subtract(_ a: UInt64, _ b: UInt64, _ borrow: inout Bool) -> UInt64 {
        let (rest, under) = a.subtractingReportingOverflow(b)
        let (total, underAgain) = rest.subtractingReportingOverflow(borrow ? 1 : 0)
        borrow = under || underAgain
        return total
    }
}
