// Package sheet reads tables that people deliver, CSV and XLSX, one row at a time.
// What comes in is not trusted: the content decides the format, whatever the name
// says; a file over its limit is refused before it is read; no file, however made,
// takes more memory than a few rows of the size a row may have.
//
// It knows columns by their header, in Chinese or by an alias, in any order. It knows
// nothing of what a column means: that is the domain's part.
package sheet
