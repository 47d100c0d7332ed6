// Package portal is the public face: pages rendered on the server, which show at
// once on an old phone, work without scripts, print, and carry every filter in
// their address. One file per subject, each with the templates of the same name.
//
// A page calls the same use cases as the API and only shapes their answers; it holds
// no rule and no SQL. What it shows is public: it never asks who is reading, so every
// page may be kept (web.Cacheable) until the data it rests on changes.
//
// Marks on screen (design.md): 示例数据 for invented data, 待核实 for a value the
// operator must still confirm.
package portal
