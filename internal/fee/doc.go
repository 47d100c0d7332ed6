// Package fee owns the fee standards (收费标准). Since 发改价格〔2015〕299号 most are
// advisory: reference bands and warning thresholds, never a price to be charged.
//
// It does not own contracts' prices; what prices come to as a reference is here
// (reference.go). Table: fee_standard.
package fee
