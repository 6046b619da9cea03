/// Events in the order of (virtual time, number): two at one time come in the order they were made.
///
/// Cost: logarithmic for each. The number makes the order total, so a run has one course.
struct EventQueue<Event> {
    private struct Entry {
        let milliseconds: Int64
        let number: UInt64
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            (milliseconds, number) < (other.milliseconds, other.number)
        }
    }

    private var heap: [Entry] = []
    private var made: UInt64 = 0

    var count: Int { heap.count }
    var nextMilliseconds: Int64? { heap.first?.milliseconds }

    mutating func add(_ event: Event, at milliseconds: Int64) {
        made += 1
        heap.append(Entry(milliseconds: milliseconds, number: made, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> (milliseconds: Int64, event: Event)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.milliseconds, first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
