package credit

// LastDay is lastDay, for its test.
var LastDay = lastDay
