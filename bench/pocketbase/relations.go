package main

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// loadRelations makes the same agencies as a PocketBase user would model them: the
// agency's own columns, its items as a relation, qualifications and practitioners as
// collections that point back, all fetched with ?expand=.
func loadRelations(app core.App, path string) error {
	kinds, err := members(path)
	if err != nil {
		return err
	}
	var own []string // columns of the agency itself
	for _, m := range sorted(kinds) {
		if kinds[m] == "text" {
			own = append(own, m)
		}
	}
	items := publicCollection("service_items")
	items.Fields.Add(&core.TextField{Name: "code"}, &core.TextField{Name: "name", Max: maxLine})
	if err := app.Save(items); err != nil {
		return err
	}
	firms := publicCollection("firms")
	for _, m := range own {
		firms.Fields.Add(&core.TextField{Name: m, Max: maxLine})
	}
	firms.Fields.Add(&core.RelationField{Name: "items", CollectionId: items.Id, MaxSelect: 999})
	if err := app.Save(firms); err != nil {
		return err
	}
	parts := map[string][]string{"qualifications": nil, "practitioners": nil}
	for part := range parts {
		if parts[part], err = partMembers(path, part); err != nil {
			return err
		}
		c := publicCollection("firm_" + part)
		c.Fields.Add(&core.RelationField{Name: "firm", CollectionId: firms.Id, MaxSelect: 1})
		for _, m := range parts[part] {
			c.Fields.Add(&core.TextField{Name: m, Max: maxLine})
		}
		c.AddIndex("idx_firm_"+part, false, "firm", "")
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return app.RunInTransaction(func(tx core.App) error { return fillRelations(tx, path, own, parts) })
}

// partMembers are the names in the objects of a document's list.
func partMembers(path, part string) ([]string, error) {
	names := map[string]string{}
	err := eachLine(path, func(doc map[string]any) error {
		for _, o := range objects(doc[part]) {
			for m := range o {
				names[m] = "text"
			}
		}
		return nil
	})
	return sorted(names), err
}

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	out := make([]map[string]any, 0, len(list))
	for _, e := range list {
		if o, ok := e.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func fillRelations(tx core.App, path string, own []string, parts map[string][]string) error {
	firm, err := newInsert(tx, "firms", slices.Concat([]string{"id", "items"}, own))
	if err != nil {
		return err
	}
	defer firm.close()
	item, err := newInsert(tx, "service_items", []string{"id", "code", "name"})
	if err != nil {
		return err
	}
	defer item.close()
	inserts := map[string]*insert{}
	for part, names := range parts {
		if inserts[part], err = newInsert(tx, "firm_"+part, slices.Concat([]string{"id", "firm"}, names)); err != nil {
			return err
		}
		defer inserts[part].close()
	}
	itemIDs, next := map[string]string{}, 0
	serial := func() string { next++; return fmt.Sprintf("%032d", next) }
	return eachLine(path, func(doc map[string]any) error {
		var refs []any
		for _, o := range objects(doc["items"]) {
			code, _ := o["code"].(string)
			if itemIDs[code] == "" {
				itemIDs[code] = serial()
				if err := item.row(dbx.Params{"id": itemIDs[code], "code": code, "name": column("text", o["name"])}); err != nil {
					return err
				}
			}
			refs = append(refs, itemIDs[code])
		}
		id := recordID(doc["id"])
		row := dbx.Params{"id": id, "items": column("json", refs)}
		for _, m := range own {
			row[m] = column("text", doc[m])
		}
		if err := firm.row(row); err != nil {
			return err
		}
		for part, names := range parts {
			for _, o := range objects(doc[part]) {
				row := dbx.Params{"id": serial(), "firm": id}
				for _, m := range names {
					row[m] = column("text", o[m])
				}
				if err := inserts[part].row(row); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
