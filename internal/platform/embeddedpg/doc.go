// Package embeddedpg runs a private PostgreSQL cluster for one program: made at
// the first start, reused at the next, stopped with the program.
//
// PostgreSQL is a child of a small helper (this same executable, started again
// with [HelperArg]), and the helper watches a pipe that the program holds open.
// However the program ends, kill -9 included, the pipe closes and the helper stops
// PostgreSQL cleanly. A parent-death signal would not do: the kernel drops it when
// the uid changes, and PostgreSQL refuses to run as root, so under root the uid does.
//
// Only a Unix socket is opened, in a folder that only the cluster's own user may
// enter; no TCP port exists to be reached.
package embeddedpg
