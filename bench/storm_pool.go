package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"zjcs/bench/report"
	"zjcs/internal/draw"
	"zjcs/internal/procurement"
	"zjcs/internal/procurement/selection"
)

const poolWait = 2 * time.Minute

// countPool holds the answers against what the public sees after the opening: the pool of
// the evidence file, which the public log's key proves, and the bids of the detail.
func (b *bench) countPool(ctx context.Context, conn *pgx.Conn, addr string, id uuid.UUID, answers []bidAnswer) error {
	if _, err := conn.Exec(ctx, `UPDATE procurement SET selection_at = greatest(deadline, clock_timestamp()) WHERE id = $1`, id); err != nil {
		return err
	}
	site := "http://" + addr
	var head struct{ Key string }
	var detail procurement.Detail
	var evidence selection.Evidence
	var raw []byte
	ctx, cancel := context.WithTimeout(ctx, poolWait)
	defer cancel()
	turn := time.NewTicker(200 * time.Millisecond)
	defer turn.Stop()
	for len(evidence.Receipts) == 0 {
		select {
		case <-turn.C:
		case <-ctx.Done():
			return fmt.Errorf("the result of the storm: %w", ctx.Err())
		}
		text, status, err := read(ctx, site+"/api/v1/procurements/"+id.String()+"/draws/"+draw.OfSelection)
		if err != nil {
			return err
		}
		if status == http.StatusNotFound { // not drawn yet
			continue
		}
		if raw = text; status != http.StatusOK {
			return fmt.Errorf("the evidence: %d %.300s", status, text)
		}
		evidence = selection.Evidence{}
		if err := json.Unmarshal(raw, &evidence); err != nil {
			return err
		}
	}
	for path, into := range map[string]any{"/api/v1/ledger": &head, "/api/v1/procurements/" + id.String(): &detail} {
		text, status, err := read(ctx, site+path)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%s: %d %.300s", path, status, text)
		}
		if err == nil {
			err = json.Unmarshal(text, into)
		}
		if err != nil {
			return err
		}
	}
	faults := 0
	for _, f := range selection.Verify(raw, head.Key) {
		if f.Status != draw.OK {
			faults++
			b.Say("证据：%s：%s", f.Step, f.Text)
		}
	}
	lost, strange, other := comparePool(evidence, detail, answers)
	for _, row := range []report.Row{
		{Subject: "收下却在公开的抽取池中没有编号的机构", Figure: float64(lost), Unit: "家", Note: fmt.Sprintf("池中 %d 个编号", len(evidence.Pool)), Target: report.Target{None: true}},
		{Subject: "抽取池中多出的编号（没有收下过，或一家两号）", Figure: float64(strange), Unit: "个", Target: report.Target{None: true}},
		{Subject: "开标后不是最后收下的那一份的投标", Figure: float64(other), Unit: "件", Target: report.Target{None: true}},
		{Subject: "证据文件不能由公钥和日志证明的步骤", Figure: float64(faults), Unit: "步", Target: report.Target{None: true}},
	} {
		row.Part = stormPart
		b.report.Add(row)
	}
	return nil
}

// comparePool counts acknowledged agencies without a number, numbers of nobody who was
// acknowledged or of one who has another, and bids that are not the last acknowledged.
func comparePool(e selection.Evidence, d procurement.Detail, answers []bidAnswer) (lost, strange, other int) {
	last := map[string]bidAnswer{}
	for _, a := range answers {
		uscc := fmt.Sprintf("A%017d", a.agency)
		if a.status == http.StatusOK && a.receipt.Receipt.Revision > last[uscc].receipt.Receipt.Revision {
			last[uscc] = a
		}
	}
	seats := map[string]int{}
	for i, seat := range e.Pool {
		if seats[seat.USCC]++; last[seat.USCC].status == 0 || seats[seat.USCC] > 1 || seat.Number != i+1 {
			strange++
		}
	}
	opened := map[string]int64{}
	for _, bid := range d.Bids {
		if bid.QuoteFen != nil && bid.Number > 0 {
			opened[bid.USCC] = *bid.QuoteFen
		}
	}
	for uscc, a := range last {
		if seats[uscc] == 0 {
			lost++
		}
		if opened[uscc] != a.quote {
			other++
		}
	}
	return lost, strange, other
}

func read(ctx context.Context, address string) (text []byte, status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", strings.TrimPrefix(address, "http://"), err)
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(resp.Body)
	return text, resp.StatusCode, err
}
