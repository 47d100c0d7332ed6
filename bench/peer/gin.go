// Package peer is what the product is held against: bare gin answering the product's
// own bytes, the most a program on gin can do, and PocketBase on the product's rows.
package peer

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"zjcs/bench/load"
	"zjcs/bench/proc"
)

// GinArg as first argument turns the executable into the bare gin program.
const GinArg = "__gin"

// Answer is what the product answered at a path.
type Answer struct {
	Path        string // with the query
	Addr        string // where the bare handler answers the same
	ContentType string
	Body        []byte
}

// MaybeGin runs the bare handlers and never returns when the program was started so.
func MaybeGin() {
	if len(os.Args) != 3 || os.Args[1] != GinArg {
		return
	}
	fmt.Fprintln(os.Stderr, "bare gin:", serveGin(os.Args[2]))
	os.Exit(1)
}

// serveGin gives each answer an engine with one route and a port of its own: there is
// nothing else to route between, as there is nothing else to do.
func serveGin(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var answers []Answer
	if err := json.Unmarshal(b, &answers); err != nil {
		return err
	}
	gin.SetMode(gin.ReleaseMode)
	failed := make(chan error)
	for _, a := range answers {
		engine := gin.New()
		route := routeOf(a.Path)
		engine.GET(route, func(c *gin.Context) { c.Data(http.StatusOK, a.ContentType, a.Body) })
		if route != "/" {
			engine.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "ready") })
		}
		l, err := net.Listen("tcp", a.Addr)
		if err != nil {
			return err
		}
		go func() { failed <- http.Serve(l, engine) }()
	}
	return <-failed
}

func routeOf(path string) string {
	for i, c := range path {
		if c == '?' {
			return path[:i]
		}
	}
	return path
}

// StartGin starts the bare handlers of answers, giving each its Addr.
func StartGin(answers []Answer, dir string) (*proc.Process, error) {
	for i := range answers {
		var err error
		if answers[i].Addr, err = proc.FreeAddr(); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(answers)
	if err != nil {
		return nil, err
	}
	path := dir + "/gin.json"
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := proc.Start(proc.Spec{Name: "bare gin", Path: self, Args: []string{GinArg, path}, Addr: answers[len(answers)-1].Addr, Log: dir + "/gin.log"})
	if err != nil {
		return nil, err
	}
	if _, err := p.WaitServing("/", waitPeer); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

// Subject is the bare handler of a under load.
func (a Answer) Subject(p *proc.Process) load.Subject {
	return load.Subject{Name: "bare gin " + a.Path, Addr: a.Addr, Paths: []string{a.Path}, CPU: p.CPU}
}
