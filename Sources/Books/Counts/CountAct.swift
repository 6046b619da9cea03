/// What people do with a stocktake sheet.
package enum CountAct: Codable, Hashable, Sendable {
    case open(CountOrder)
    /// Counts add up. With `isRecount` the items named begin anew.
    case enter(sheet: String, [Line], isRecount: Bool)
    /// Accepts differences beyond the tolerance; not by somebody who counted them.
    case approve(sheet: String, items: [String])
    /// Books the differences.
    case post(sheet: String)
    case cancel(sheet: String)
    /// What the counted goods are worth: a barrier for cost. `cost` a unit, or `total` for the item.
    case price(sheet: String, [Line])
    /// A sheet opened, counted and posted in one step.
    case now(CountOrder, [Line])
}

package struct CountOrder: Codable, Hashable, Sendable {
    package var location: String
    /// The items of the sheet; all of the location where empty.
    package var items: [String]
    /// Goods of these categories are on it as well, as they are when it is opened.
    package var categories: [String]
    package var isBlind: Bool
    /// `keep` or `empty`.
    package var uncounted: String
    package var tolerance: String?
    package var toleranceValue: String?

    package init(
        location: String = "main", items: [String] = [], categories: [String] = [],
        isBlind: Bool = false,
        uncounted: String = "keep", tolerance: String? = nil, toleranceValue: String? = nil
    ) {
        self.location = location
        self.items = items
        self.categories = categories
        self.isBlind = isBlind
        self.uncounted = uncounted
        self.tolerance = tolerance
        self.toleranceValue = toleranceValue
    }
}
