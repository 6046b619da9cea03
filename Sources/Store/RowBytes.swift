import GRDB
import Sodium

import struct Foundation.Data

/// Bytes as they go into rows and come out of them. The initialisers for any sequence took a tenth of
/// an idle node's time (`perf`, in the simulator): these copy memory.
extension Data {
    init(copying bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { buffer in
            buffer.baseAddress.map { Data(bytes: $0, count: buffer.count) } ?? Data()
        }
    }
}

extension Digest {
    /// Nil unless there are exactly 32 bytes.
    init?(_ data: Data) {
        guard data.count == Self.count else { return nil }
        let words = data.withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            )
        }
        self.init(words: words)
    }
}

extension PublicKey {
    /// Nil unless there are exactly 32 bytes.
    init?(_ data: Data) {
        guard let digest = Digest(data) else { return nil }
        self.init(digest)
    }
}

extension Row {
    /// GRDB's subscripts trap where a value is of another type than it should be, as one flipped bit
    /// can make it.
    ///
    /// - Throws: `RowDecodingError`, which leaves the store as `StoreError.damaged`.
    func at<T: DatabaseValueConvertible & StatementColumnConvertible>(_ index: Int) throws -> T {
        try decode(T.self, atIndex: index)
    }

    func at<T: DatabaseValueConvertible & StatementColumnConvertible>(
        _ column: String
    ) throws -> T {
        try decode(T.self, forColumn: column)
    }
}
