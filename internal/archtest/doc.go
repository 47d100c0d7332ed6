// Package archtest holds the import rules of docs/architecture.md as a test: which
// of our packages may import which. The vendors' rules (gin, pgx, casbin …) are
// depguard's, in .golangci.yml, and are planted by deploy/lint-planted.sh.
package archtest
