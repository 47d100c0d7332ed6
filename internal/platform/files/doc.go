// Package files keeps attachments and knows no business: who may see a file is decided
// by whoever refers to it.
//
// A file is what its content is. Six kinds are accepted, each recognised by its bytes and
// checked to its end; a name or a Content-Type is never believed. The content lies in a
// bucket (a folder, or S3) under its SHA-256, the row in table file.
//
// Order of writing: the whole content first, then the row, so that a kill between the two
// leaves content that nobody refers to, which Sweep removes, and never a row without its
// content. Removing goes the other way round. The two meet in a lock on the digest:
// uploading checks, under the lock, that the content is still there when it writes the
// row; sweeping checks, under the lock, that there is no row when it removes the content.
//
// A sealed upload (PutSealed) is checked and scanned like any other and then kept as an
// age envelope alone: its row tells neither name nor kind, and the program cannot read it
// before whoever holds the identity opens it.
//
// Virus scanning is off unless a Scanner is given; with one, nothing is kept unscanned.
package files
