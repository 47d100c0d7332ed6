// Package exchange takes in what departments, counties and the program's own files
// deliver (归集, domain.md section 11). A row that fails is reported with line, column
// and reason and imports nothing of itself; the rest goes in; the same file twice
// changes nothing; each value keeps its source and date.
//
// It owns the delivery: reading, the lock, the batches, the faults, the summary. What a
// row means and how it is stored is the domain's: each offers a Target.
//
// An official's table is first shown as what it would do (Deliveries), and taken in when
// he confirms; a row outside his region and sector is a fault of that row.
//
// Tables: delivery, delivery_content, delivery_fault; import_batch and import_error,
// through platform/provenance.
package exchange
