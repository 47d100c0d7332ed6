package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	stdcsv "encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"zjcs/data"
	"zjcs/internal/catalog"
	"zjcs/internal/fee"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/provenance"
)

// referenceSource is what readers are told of data shipped with the program.
const referenceSource = "随程序发布的基础目录"

// LoadReference brings regions, fee standards and service items to what this program
// ships. It is called at every start: a file that was taken in whole before costs one
// query. Values that another delivery has brought since are left alone.
func LoadReference(ctx context.Context, pool *db.Pool, changed Changed) error {
	files := map[string][]byte{}
	for _, name := range []string{data.Regions, data.FeeStandards, data.ServiceItems, data.ApprovalItems} {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			return fmt.Errorf("reference data: %w", err)
		}
		files[name] = b
	}
	var regions []catalog.ReferenceRegion
	if err := json.Unmarshal(files[data.Regions], &regions); err != nil {
		return fmt.Errorf("reference regions: %w", err)
	}
	standards, err := fee.ParseReference(files[data.FeeStandards])
	if err != nil {
		return err
	}
	for _, f := range []struct {
		kind  provenance.Kind
		name  string
		sum   string
		store func(tx db.Tx, b provenance.Batch) (provenance.Summary, error)
	}{
		{provenance.Regions, data.Regions, digest(files[data.Regions]), func(tx db.Tx, b provenance.Batch) (provenance.Summary, error) {
			return catalog.StoreRegions(ctx, tx, b, regions)
		}},
		{provenance.FeeStandards, data.FeeStandards, digest(files[data.FeeStandards]), func(tx db.Tx, b provenance.Batch) (provenance.Summary, error) {
			return fee.StoreStandards(ctx, tx, b, standards)
		}},
	} {
		b := provenance.Batch{ID: uuid.Must(uuid.NewV7()), Kind: f.kind, Source: referenceSource, FileName: f.name, SHA256: f.sum}
		err := Once(ctx, pool, b, func(tx db.Tx) (provenance.Summary, []uuid.UUID, error) {
			sum, err := f.store(tx, b)
			return sum, nil, err
		}, changed)
		if err != nil {
			return err
		}
	}
	// An item rests on all of them: its approvals as taken apart, its standards as matched.
	sum := digest(files[data.ServiceItems], files[data.ApprovalItems], files[data.FeeStandards])
	target, err := itemTarget(files, standards)
	if err != nil {
		return err
	}
	target.Yield = true
	rep, err := Stream(ctx, pool, Options{FileName: data.ServiceItems, Source: referenceSource, Changed: changed}, target, sum,
		func() io.Reader { return bytes.NewReader(files[data.ServiceItems]) })
	if err == nil && rep.Summary.Failed > 0 {
		err = fmt.Errorf("reference items: %d rows refused, first: line %d %s %s", rep.Summary.Failed, rep.Faults[0].Line, rep.Faults[0].Column, rep.Faults[0].Reason)
	}
	return err
}

// ItemTarget takes in service items, with the approvals of the published list taken
// apart and fee standards matched by their documents.
func ItemTarget() (*catalog.ItemImport, error) {
	files := map[string][]byte{}
	for _, name := range []string{data.FeeStandards, data.ServiceItems, data.ApprovalItems} {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reference data: %w", err)
		}
		files[name] = b
	}
	standards, err := fee.ParseReference(files[data.FeeStandards])
	if err != nil {
		return nil, err
	}
	return itemTarget(files, standards)
}

func itemTarget(files map[string][]byte, standards []fee.ReferenceStandard) (*catalog.ItemImport, error) {
	spelling, err := approvalSpelling(files[data.ServiceItems], files[data.ApprovalItems])
	if err != nil {
		return nil, err
	}
	return &catalog.ItemImport{FeeStandards: fee.Matcher(standards), Spelling: spelling}, nil
}

// approvalSpelling maps each cell of the published list's approvals to the approvals it
// means, so that the list reads the same whether shipped or delivered.
func approvalSpelling(items, approvals []byte) (map[string][]string, error) {
	cells, err := stdcsv.NewReader(bytes.NewReader(items)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reference items: %w", err)
	}
	cellOf := map[string]string{}
	for _, c := range cells[1:] {
		cellOf[c[0]] = strings.TrimSpace(c[3])
	}
	pairs, err := stdcsv.NewReader(bytes.NewReader(approvals)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reference approvals: %w", err)
	}
	byItem := map[string][]string{}
	for _, p := range pairs[1:] {
		byItem[p[0]] = append(byItem[p[0]], p[1])
	}
	out := map[string][]string{}
	for code, list := range byItem {
		cell, ok := cellOf[code]
		if !ok {
			return nil, fmt.Errorf("reference approvals: %s is not in the list", code)
		}
		if known, ok := out[cell]; ok && fmt.Sprint(known) != fmt.Sprint(list) {
			return nil, fmt.Errorf("reference approvals: %q is taken apart in two ways", cell)
		}
		out[cell] = list
	}
	return out, nil
}

// whenNew runs fn unless the last delivery of that name, taken in whole, was the same.
// Several instances may start at once: one works, the others then find it done.
func whenNew(ctx context.Context, pool *db.Pool, kind provenance.Kind, name, sum string, fn func() error) error {
	known := func() (bool, error) {
		last, err := lastFinished(ctx, pool, kind, name)
		return last == sum, err
	}
	if done, err := known(); done || err != nil {
		return err
	}
	return exclusive(ctx, pool, kind, func() error {
		if done, err := known(); done || err != nil {
			return err
		}
		return fn()
	})
}

func digest(files ...[]byte) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%d\n", len(f))
		h.Write(f)
	}
	return hex.EncodeToString(h.Sum(nil))
}
