// Package frontend carries what Vite built: the styles and scripts of the public
// pages and the workspace, with hashed names and pre-compressed forms.
package frontend

import "embed"

// Dist is the output of `npm run build`; without a build it holds only .gitkeep,
// so that the Go program compiles and tests on a machine without Node.
//
//go:embed all:dist
var Dist embed.FS
