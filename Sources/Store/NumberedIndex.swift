import Replica

/// What a prefix of entities tells, by number and by what each is about; kept at hand, and one of them read anew where
/// something was said of it. Law: it is what reading all of them would give.
struct NumberedIndex<Value: Sendable>: Sendable {
    private var values: [DocumentNumber: Value] = [:]
    private var numbers: [String: Set<DocumentNumber>] = [:]
    private let keys: @Sendable (Value) -> [String]

    init(by keys: @escaping @Sendable (Value) -> [String]) { self.keys = keys }

    mutating func put(_ value: Value?, at number: DocumentNumber) {
        if let old = values.removeValue(forKey: number) {
            for key in keys(old) { numbers[key]?.remove(number) }
        }
        guard let value else { return }
        values[number] = value
        for key in keys(value) { numbers[key, default: []].insert(number) }
    }

    /// In the order of their numbers.
    subscript(key: String) -> [Value] { (numbers[key] ?? []).sorted().compactMap { values[$0] } }

    /// Of which there are any, in order.
    var allKeys: [String] { numbers.filter { !$0.value.isEmpty }.keys.sorted() }

    var all: [Value] { values.sorted { $0.key < $1.key }.map(\.value) }
}
