package import Books
import Wire

/// Which column of a file says what, and which rows are wanted.
package struct SalesMapping: Hashable, Sendable {
    package enum Field: String, CaseIterable, Sendable {
        case invoice, code, description, quantity, date, price, customer, branch

        var isRequired: Bool {
            switch self {
            case .invoice, .code, .quantity, .date, .price: true
            case .description, .customer, .branch: false
            }
        }
    }

    package enum DateFormat: String, CaseIterable, Sendable {
        /// `2010-12-01`, `2010-12-01 08:26:00`, `2010-12-01T08:26:00Z`.
        case iso
        /// `12/1/2010 8:26`: month, day, year.
        case monthDayYear = "mdy"
        /// `1/12/2010 8:26`: day, month, year.
        case dayMonthYear = "dmy"
    }

    /// A row is wanted where one of the values stands in the column, byte for byte.
    package struct Filter: Hashable, Sendable {
        package var column: String
        package var values: [String]

        package init(column: String, values: [String]) {
            self.column = column
            self.values = values
        }
    }

    package var columns: [Field: String]
    /// All must be met.
    package var filters: [Filter]
    package var dates: DateFormat

    package init(
        columns: [Field: String], filters: [Filter] = [], dates: DateFormat = .iso
    ) {
        self.columns = columns
        self.filters = filters
        self.dates = dates
    }

    /// The column names of Online Retail.
    package static let onlineRetail = SalesMapping(columns: [
        .invoice: "InvoiceNo", .code: "StockCode", .description: "Description",
        .quantity: "Quantity", .date: "InvoiceDate", .price: "UnitPrice",
        .customer: "CustomerID", .branch: "Country",
    ])

    /// Reads `field=column` and `column=value` as they stand on a command line. Several conditions
    /// on one column mean any of them, on several columns all of them.
    package init(
        map: [String], conditions: [String] = [], dates: DateFormat = .iso
    ) throws(Refusal) {
        var columns: [Field: String] = [:]
        for text in map {
            let (name, column) = try Self.pair(text)
            guard let field = Field(rawValue: name) else {
                let known = Field.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(
                    .badMapping, "there is no field “\(name)” in a sales file",
                    next: "fields are \(known)")
            }
            guard columns.updateValue(column, forKey: field) == nil else {
                throw Refusal(.badMapping, "the field “\(name)” is mapped twice")
            }
        }
        var filters: [Filter] = []
        for text in conditions {
            let (column, value) = try Self.pair(text)
            if let index = filters.firstIndex(where: { $0.column == column }) {
                filters[index].values.append(value)
            } else {
                filters.append(Filter(column: column, values: [value]))
            }
        }
        self.init(columns: columns, filters: filters, dates: dates)
    }

    private static func pair(_ text: String) throws(Refusal) -> (String, String) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw Refusal(
                .badMapping, "“\(text)” has no equals sign", next: "write it as name=value")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
}

/// A mapping brought onto the header of one file: positions instead of names.
struct SalesColumns: Sendable {
    let count: Int
    let dates: SalesMapping.DateFormat
    private let positions: [SalesMapping.Field: Int]
    private let filters: [(position: Int, values: Set<ExactText>)]

    init(_ mapping: SalesMapping, header: CSVRecord) throws(Refusal) {
        if let problem = header.problem {
            let code: Refusal.Code = if case .tooWide = problem { .tooWide } else { .badFile }
            throw Refusal(code, "the header in line \(header.line): \(problem)")
        }
        var positions: [SalesMapping.Field: Int] = [:]
        for field in SalesMapping.Field.allCases {
            guard let name = mapping.columns[field] else {
                guard !field.isRequired else {
                    throw Refusal(
                        .badMapping, "no column is named for the field “\(field.rawValue)”",
                        next: "add --map \(field.rawValue)=COLUMN")
                }
                continue
            }
            positions[field] = try Self.position(of: name, in: header)
        }
        var filters: [(position: Int, values: Set<ExactText>)] = []
        for filter in mapping.filters {
            let position = try Self.position(of: filter.column, in: header)
            filters.append((position, Set(filter.values.map { ExactText($0) })))
        }
        self.positions = positions
        self.filters = filters
        count = header.fields.count
        dates = mapping.dates
    }

    private static func position(
        of name: String, in header: CSVRecord
    ) throws(Refusal) -> Int {
        let found = header.fields.indices.filter {
            ExactText(header.fields[$0]) == ExactText(name)
        }
        guard let position = found.first else {
            let shown = header.fields.prefix(20).joined(separator: ", ").prefix(bytesMax: 400)
            throw Refusal(
                .badMapping, "the file has no column “\(name)”", next: "its columns are \(shown)")
        }
        guard found.count == 1 else {
            throw Refusal(.badMapping, "the file has \(found.count) columns “\(name)”")
        }
        return position
    }

    /// Nil where the field is not mapped or the record is too short.
    func text(_ field: SalesMapping.Field, in record: CSVRecord) -> String? {
        guard let position = positions[field], record.fields.indices.contains(position) else {
            return nil
        }
        return record.fields[position]
    }

    func isWanted(_ record: CSVRecord) -> Bool {
        filters.allSatisfy { filter in
            record.fields.indices.contains(filter.position)
                && filter.values.contains(ExactText(record.fields[filter.position]))
        }
    }
}
