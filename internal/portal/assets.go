package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// Keys of the front end's build manifest that pages link to.
const (
	manifestFile = ".vite/manifest.json"
	portalEntry  = "src/portal/portal.ts"
	portalIcon   = "src/portal/favicon.svg"
	verifyEntry  = "src/portal/verify.ts"
)

// assetURLs are the addresses of the built files; their names carry the content's hash.
type assetURLs struct {
	Styles []string
	Script string
	Icon   string
	Verify string // of the pages that recompute, alone
}

// readManifest finds the built files in dist. Without a build (Go tests on a machine
// without Node) the pages carry no style and no script, and still read well.
func readManifest(dist fs.FS) (assetURLs, error) {
	raw, err := fs.ReadFile(dist, manifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return assetURLs{}, nil
	}
	if err != nil {
		return assetURLs{}, err
	}
	var manifest map[string]struct {
		File string   `json:"file"`
		CSS  []string `json:"css"`
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return assetURLs{}, fmt.Errorf("front end manifest: %w", err)
	}
	entry, ok := manifest[portalEntry]
	if !ok {
		return assetURLs{}, fmt.Errorf("front end manifest: no entry %s; build the front end again", portalEntry)
	}
	urls := assetURLs{Script: "/" + entry.File}
	for _, css := range entry.CSS {
		urls.Styles = append(urls.Styles, "/"+css)
	}
	if icon, ok := manifest[portalIcon]; ok {
		urls.Icon = "/" + icon.File
	}
	if verify, ok := manifest[verifyEntry]; ok {
		urls.Verify = "/" + verify.File
	}
	return urls, nil
}
