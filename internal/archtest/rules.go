package archtest

import (
	"fmt"
	"sort"
	"strings"
)

// anyDomain stands for every business package.
const anyDomain = "*"

// upstream says what each package under internal may import of internal, platform
// aside: everyone may import platform, platform imports no one. A package that is
// not named here fails, so that a new one gets its rule with its first line.
var upstream = map[string][]string{
	"identity":    {},
	"review":      {"identity"},
	"catalog":     {"identity", "review"}, // an item is changed through a reviewed door like everything published
	"agency":      {"identity", "catalog", "review"},
	"purchaser":   {"identity", "catalog", "review"},
	"expert":      {"identity", "catalog", "review"},
	"fee":         {"catalog", "agency"},
	"credit":      {"identity", "agency", "review"},
	"contract":    {"identity", "catalog", "agency", "purchaser", "procurement", "credit", "review"},
	"procurement": {"identity", "catalog", "agency", "purchaser", "expert", "credit", "fee", "draw", "review"},
	"draw":        {},                      // pure: no tables, no I/O
	"notice":      {"identity", "catalog"}, // an announcement is published at a region

	// Fed by events, not by calls: they read published tables and are told of changes.
	"search":      {},
	"ledger":      {},
	"exchange":    {"catalog", "fee"}, // the reference data; deliveries get their target passed in
	"demo":        {"identity", "review", "catalog", "agency", "purchaser", "expert", "notice", "exchange", "procurement", "contract", "draw", "credit"},
	"supervision": {"identity", "catalog", "agency", "purchaser", "expert", "fee", "review", "notice"},

	"httpapi": {anyDomain},
	"portal":  {anyDomain},
	"app":     {anyDomain, "httpapi", "portal"},

	"testkit":  {anyDomain, "app"},
	"archtest": {},
}

// entries are the packages that are not business: nobody but those named above imports them.
var entries = map[string]bool{"httpapi": true, "portal": true, "app": true, "testkit": true, "archtest": true}

// Import is one import edge between packages of this module, as paths below the module.
type Import struct {
	From, To string
	Test     bool // from a _test file
}

// Violations lists every edge that the map does not allow, with the reason.
func Violations(imports []Import) []string {
	var out []string
	for _, i := range imports {
		if why := violation(i); why != "" {
			out = append(out, fmt.Sprintf("%s imports %s: %s", i.From, i.To, why))
		}
	}
	sort.Strings(out)
	return out
}

func violation(i Import) string {
	from, to := domainOf(i.From), domainOf(i.To)
	switch {
	case to == "" || from == to:
		return "" // migrations, data, frontend; or within one package tree
	case to == "testkit":
		if i.Test || strings.HasPrefix(i.From, "internal/testkit") {
			return ""
		}
		return "testkit is for tests only"
	case i.Test && from != "platform":
		return "" // a test may set its stage with anything
	case from == "platform":
		if i.Test {
			return ""
		}
		return "platform knows no business"
	case to == "platform":
		return ""
	case strings.HasPrefix(i.From, "cmd/"), strings.HasPrefix(i.From, "bench"):
		return ""
	}
	allowed, known := upstream[from]
	if !known {
		return "internal/" + from + " has no rule in archtest"
	}
	for _, a := range allowed {
		if a == to || a == anyDomain && !entries[to] {
			return ""
		}
	}
	return "not upstream of it"
}

// domainOf is the package's place in the marketplace: internal/agency/x → agency.
func domainOf(path string) string {
	rest, ok := strings.CutPrefix(path, "internal/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
