package httpapi

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaName names a Go type in the OpenAPI document. A generic list is named after
// what it lists (page.Page[agency.Summary] → AgencySummaryPage), and a name that
// several domains use takes its domain's in front.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	base, args, generic := strings.Cut(t.Name(), "[")
	if !generic {
		if t.Name() == "" {
			return huma.DefaultSchemaNamer(t, hint)
		}
		return qualified(t.PkgPath(), base)
	}
	arg := strings.TrimSuffix(args, "]")
	dot := strings.LastIndex(arg, ".")
	return qualified(arg[:dot], arg[dot+1:]) + strings.ToUpper(base[:1]) + base[1:]
}

// shared are type names that several domains use.
var shared = map[string]bool{"Objection": true, "Table": true, "Qualification": true, "Summary": true, "Kind": true, "Results": true, "Suggestion": true, "Hit": true, "Change": true, "Detail": true, "Field": true, "Form": true, "Section": true, "Option": true, "Condition": true, "Outcome": true, "Event": true, "Fact": true, "Place": true, "Fault": true, "Reason": true, "Receipt": true, "Entry": true}

func qualified(pkgPath, name string) string {
	name = strings.ToUpper(name[:1]) + name[1:]
	pkg := pkgPath[strings.LastIndex(pkgPath, "/")+1:]
	if !shared[name] && pkg != "contract" { // whose terms, sides and steps are others' words too
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}
