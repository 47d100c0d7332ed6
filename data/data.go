// Package data is the reference data shipped with the program. Each file is real
// input as published; unverified_fields in the catalogue names what the operator
// must still confirm.
package data

import "embed"

// FS holds the files below.
//
//   - regions.json: the city, its counties and districts, their zones
//   - fee_standards.json: the fee standards and their formulas
//   - service_items.csv: the 118 service items, as listed
//   - approval_items.csv: the approvals each item serves, one a row. The list runs
//     several approvals together in one cell, separated now by 、 now by / and
//     sometimes sharing a word (危化安全生产/使用/经营许可), so it was taken apart by
//     hand; one approval is spelled the same wherever it occurs.
//   - rules.json: every number a region may decide for itself, with its default, the
//     limits of a decision and where the default comes from (platform/rules)
//   - contract_texts.json: the model text that a contract is drafted from; what it says of
//     an item comes from the catalogue (internal/contract)
//   - rubric.json: what a conduct costs or earns in the credit score (internal/credit)
//
//go:embed regions.json fee_standards.json service_items.csv approval_items.csv rules.json contract_texts.json rubric.json
var FS embed.FS

// Names of the files in FS.
const (
	Regions       = "regions.json"
	FeeStandards  = "fee_standards.json"
	ServiceItems  = "service_items.csv"
	ApprovalItems = "approval_items.csv"
	Rules         = "rules.json"
	ContractTexts = "contract_texts.json"
	Rubric        = "rubric.json"
)
