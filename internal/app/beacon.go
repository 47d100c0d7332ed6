package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"zjcs/internal/draw"
)

const (
	beaconTimeout = 5 * time.Second // of one relay
	beaconAnswer  = 64 << 10
)

// newBeacon asks the relays of drand in turn. None is believed: whoever keeps the round
// checks the chain's signature on it, and a relay whose answer does not bear it is passed over.
func newBeacon(urls []string, transport http.RoundTripper) func(context.Context, draw.Chain, uint64) (draw.Round, error) {
	client := &http.Client{Transport: transport, Timeout: beaconTimeout}
	return func(ctx context.Context, c draw.Chain, n uint64) (draw.Round, error) {
		faults := []error{errors.New("no relay gave the round")}
		for _, url := range urls {
			r, err := askRelay(ctx, client, fmt.Sprintf("%s/%s/public/%d", strings.TrimRight(url, "/"), c.Hash, n))
			if err == nil && r.Round != n {
				err = fmt.Errorf("answered with round %d", r.Round)
			}
			if err == nil {
				err = c.Verify(r)
			}
			if err == nil {
				return r, nil
			}
			faults = append(faults, fmt.Errorf("%s: %w", url, err))
		}
		return draw.Round{}, errors.Join(faults...)
	}
}

func askRelay(ctx context.Context, client *http.Client, address string) (r draw.Round, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return r, err
	}
	res, err := client.Do(req)
	if err != nil {
		return r, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return r, fmt.Errorf("answered %s", res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, beaconAnswer)).Decode(&r); err != nil {
		return r, fmt.Errorf("unreadable answer: %w", err)
	}
	return r, nil
}
