// Package web is what every request passes before it reaches a route and after it
// leaves one: request id, access log and metrics, panic barrier, limits of size and
// time, security headers, the content cache, ETag and compression. It knows
// net/http only; gin stays in httpapi and portal.
package web
