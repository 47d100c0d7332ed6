// Package httpapi is the JSON API under /api/v1: the route tree (routes.go), one
// file of operations per domain, and the one mapping from a refusal to RFC 9457
// problem+json (errors.go). The OpenAPI 3.1 document is made from the Go types.
//
// It decides nothing: every operation calls a use case.
package httpapi
