// Package ledger is the public Merkle log (domain.md section 7): everything published is
// appended in the transaction that publishes it, and nobody, the operator included, can
// change or leave out a line without everyone being able to see it.
//
// A line is written with the business and gets its position in the tree from a sequencer
// within a second: business transactions do not wait for one another, and positions are
// gap-free (docs/adr/0013). Hashing is RFC 6962's, checkpoints are C2SP tlog-checkpoint,
// tiles C2SP tlog-tiles.
//
// It knows no procurement, agency or item: it is told what to write.
//
// Tables: ledger_entry, ledger_pending, ledger_leaf, ledger_hash, ledger_checkpoint,
// ledger_key, ledger_salt.
package ledger
