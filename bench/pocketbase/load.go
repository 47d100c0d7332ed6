package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// maxLine bounds one answer of the marketplace.
const maxLine = 4 << 20

// loadDocuments makes a collection with exactly the members of the documents and one
// row for each: lists inside stay JSON in their row. No form of the data is cheaper
// for PocketBase to answer from.
func loadDocuments(app core.App, name, path string) error {
	kinds, err := members(path)
	if err != nil {
		return err
	}
	c := publicCollection(name)
	for _, m := range sorted(kinds) {
		switch kinds[m] {
		case "bool":
			c.Fields.Add(&core.BoolField{Name: m})
		case "number":
			c.Fields.Add(&core.NumberField{Name: m})
		case "json":
			c.Fields.Add(&core.JSONField{Name: m, MaxSize: maxLine})
		default:
			c.Fields.Add(&core.TextField{Name: m, Max: maxLine})
		}
	}
	c.AddIndex("idx_"+name+"_uscc", true, "uscc", "")
	c.AddIndex("idx_"+name+"_region", false, "regionCode", "")
	if err := app.Save(c); err != nil {
		return fmt.Errorf("collection %s: %w", name, err)
	}
	columns := append([]string{"id"}, sorted(kinds)...)
	return app.RunInTransaction(func(tx core.App) error {
		insert, err := newInsert(tx, name, columns)
		if err != nil {
			return err
		}
		defer insert.close()
		return eachLine(path, func(doc map[string]any) error {
			row := dbx.Params{"id": recordID(doc["id"])}
			for m, kind := range kinds {
				row[m] = column(kind, doc[m])
			}
			return insert.row(row)
		})
	})
}

// publicCollection anyone may list and view, and whose ids are the marketplace's
// UUIDs without dashes, so that the order of ids is the same on both sides.
func publicCollection(name string) *core.Collection {
	c := core.NewBaseCollection(name)
	c.ListRule, c.ViewRule = types.Pointer(""), types.Pointer("")
	id := c.Fields.GetByName("id").(*core.TextField)
	id.Min, id.Max, id.AutogeneratePattern = 32, 32, "[a-z0-9]{32}"
	return c
}

func recordID(id any) string {
	s, _ := id.(string)
	return strings.ReplaceAll(s, "-", "")
}

// members are the names in the documents with the kind of their values.
func members(path string) (map[string]string, error) {
	kinds := map[string]string{}
	err := eachLine(path, func(doc map[string]any) error {
		for name, v := range doc {
			switch v.(type) {
			case string:
				kinds[name] = "text"
			case bool:
				kinds[name] = "bool"
			case float64:
				kinds[name] = "number"
			default:
				kinds[name] = "json"
			}
		}
		return nil
	})
	delete(kinds, "id")
	return kinds, err
}

func sorted(kinds map[string]string) []string {
	names := make([]string, 0, len(kinds))
	for n := range kinds {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// column is v as PocketBase stores it; a member the document lacks is the kind's zero.
func column(kind string, v any) any {
	switch kind {
	case "bool":
		b, _ := v.(bool)
		return b
	case "number":
		n, _ := v.(float64)
		return n
	case "json":
		b, err := json.Marshal(v)
		if err != nil {
			panic("a decoded document encodes: " + err.Error())
		}
		return string(b)
	}
	s, _ := v.(string)
	return s
}

func eachLine(path string, do func(map[string]any) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	for lines.Scan() {
		var doc map[string]any
		if err := json.Unmarshal(lines.Bytes(), &doc); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := do(doc); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return lines.Err()
}

// insert is one prepared statement: rows go in beside PocketBase's checks, which
// have no part in what is measured.
type insert struct{ query *dbx.Query }

func newInsert(app core.App, table string, columns []string) (*insert, error) {
	names := make([]string, len(columns))
	values := make([]string, len(columns))
	for i, c := range columns {
		names[i], values[i] = "[["+c+"]]", "{:"+c+"}"
	}
	q := app.NonconcurrentDB().NewQuery(fmt.Sprintf("INSERT INTO {{%s}} (%s) VALUES (%s)",
		table, strings.Join(names, ","), strings.Join(values, ","))).Prepare()
	return &insert{q}, q.LastError
}

func (i *insert) row(p dbx.Params) error {
	_, err := i.query.Bind(p).Execute()
	return err
}

func (i *insert) close() { _ = i.query.Close() }
