package web

import (
	"net/http"
	"strings"
)

// The portal runs only its own files, inline nothing. The workspace's component
// library writes <style> elements while it runs, so styles, never scripts, may be
// inline there.
var (
	portalCSP = []string{"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
	workspaceCSP = []string{"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
		"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}
	noSniff        = []string{"nosniff"}
	noFrame        = []string{"DENY"}
	referrer       = []string{"strict-origin-when-cross-origin"}
	sameOrigin     = []string{"same-origin"}
	noPermissions  = []string{"camera=(), microphone=(), geolocation=(), payment=()"}
	strictTransit  = []string{"max-age=31536000"}
	workspacePaths = []string{"/workspace", "/api/docs"}
)

func setSecurityHeaders(h http.Header, path string) {
	h["Content-Security-Policy"] = portalCSP
	for _, p := range workspacePaths {
		if strings.HasPrefix(path, p) {
			h["Content-Security-Policy"] = workspaceCSP
		}
	}
	h["X-Content-Type-Options"] = noSniff
	h["X-Frame-Options"] = noFrame
	h["Referrer-Policy"] = referrer
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["Permissions-Policy"] = noPermissions
	h["Strict-Transport-Security"] = strictTransit
}
