package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"zjcs/bench/peer"
	"zjcs/bench/proc"
)

// Two markets of the same make: large is also the database that the program finds
// when it runs the bench's cluster itself (footprint.go).
const (
	large, largeAgencies = "zjcs", 100_000
	small, smallAgencies = "zjcs_small", 1_000
	seed                 = 1
)

// markets seeds both databases where they are not there already.
func (b *bench) markets(ctx context.Context) error {
	made, err := b.Fingerprint("migrations", "data", "internal/demo", "internal/exchange", "internal/search")
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name              string
		agencies, experts int
	}{{small, smallAgencies, 200}, {large, largeAgencies, 2000}} {
		key := fmt.Sprintf("%s %d %d %d", made, m.agencies, m.experts, seed)
		err := b.Database(ctx, m.name, key, func() error {
			b.Say("正在生成示例市场：%d 家机构（只在数据或结构变化后）", m.agencies)
			done, err := b.Run(ctx, m.name, "seed", "--agencies", strconv.Itoa(m.agencies), "--experts", strconv.Itoa(m.experts), "--seed", strconv.Itoa(seed))
			if err == nil {
				b.Say("  用时 %s", done.Took.Round(100_000_000))
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("market %s: %w", m.name, err)
		}
	}
	return b.Checkpoint(ctx)
}

// strings runs a query of one text column.
func (b *bench) strings(ctx context.Context, database, sql string) ([]string, error) {
	conn, err := b.Connect(ctx, database)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// pocketbase builds the peer, fills it with the answers of a running product and starts it.
func (b *bench) pocketbase(ctx context.Context, product *proc.Process) (*proc.Process, error) {
	b.Say("正在准备 PocketBase %s（第一次编译和装入需几分钟）", peer.PocketBaseVersion(b.Root))
	bin, err := peer.BuildPocketBase(ctx, b.Root, b.Dir)
	if err != nil {
		return nil, err
	}
	made, err := b.Fingerprint("migrations", "data", "internal/demo", "internal/agency", "bench/pocketbase")
	if err != nil {
		return nil, err
	}
	ids, err := b.strings(ctx, large, `SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM agency`)
	if err != nil {
		return nil, err
	}
	key := made + " " + strings.Join(ids, "")
	cards, details := filepath.Join(b.Dir, "cards.ndjson"), filepath.Join(b.Dir, "details.ndjson")
	if have, err := os.ReadFile(filepath.Join(b.Dir, "pb-data", "key")); err != nil || string(have) != key {
		if err := copyOut(ctx, product, cards, details); err != nil {
			return nil, err
		}
	}
	data, err := peer.LoadPocketBase(ctx, bin, b.Dir, key, cards, details)
	if err != nil {
		return nil, err
	}
	return peer.StartPocketBase(bin, data, b.Dir)
}

// copyOut reads every agency from the product's own API: list items to one file,
// details to another, one JSON document a line.
func copyOut(ctx context.Context, product *proc.Process, cards, details string) error {
	ids, err := copyList(ctx, product, cards)
	if err != nil {
		return err
	}
	f, err := os.Create(details)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan string)
	for range 8 {
		wg.Go(func() {
			for id := range next {
				body, err := get(ctx, "http://"+product.Addr+"/api/v1/agencies/"+id)
				if err != nil {
					cancel(err)
					continue
				}
				mu.Lock()
				fmt.Fprintf(w, "%s\n", oneLine(body))
				mu.Unlock()
			}
		})
	}
	for _, id := range ids {
		next <- id
	}
	close(next)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return w.Flush()
}

func copyList(ctx context.Context, product *proc.Process, path string) ([]string, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	var ids []string
	cursor := ""
	for range largeAgencies/100 + 1 {
		body, err := get(ctx, "http://"+product.Addr+"/api/v1/agencies?limit=100"+cursor)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items      []json.RawMessage `json:"items"`
			NextCursor string            `json:"nextCursor"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		for _, raw := range page.Items {
			var item struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(raw, &item); err != nil {
				return nil, err
			}
			ids = append(ids, item.ID)
			fmt.Fprintf(w, "%s\n", oneLine(raw))
		}
		if page.NextCursor == "" {
			break
		}
		cursor = "&cursor=" + page.NextCursor
	}
	return ids, w.Flush()
}

// oneLine drops line breaks between members; inside strings JSON has none.
func oneLine(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		if c != '\n' && c != '\r' {
			out = append(out, c)
		}
	}
	return out
}

func get(ctx context.Context, url string) ([]byte, error) {
	body, _, err := fetch(ctx, url)
	return body, err
}

// plain asks for answers as they are: what the load generator asks for.
var plain = &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}}

func fetch(ctx context.Context, url string) ([]byte, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	resp, err := plain.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s\n%.300s", url, resp.Status, body)
	}
	return body, resp.Header, err
}
