// Package migrations carries the schema inside the program, so that the binary
// and the database it opens can never be of two versions.
package migrations

import "embed"

// FS holds the goose migrations, NNNN_name.sql, applied in order.
//
//go:embed *.sql
var FS embed.FS
