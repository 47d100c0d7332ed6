package exchange_test

import (
	"context"
	"fmt"
	"os"

	"zjcs/internal/exchange"
	"zjcs/internal/platform/db"
	"zjcs/internal/platform/secret"
)

// A test that kills an import starts this program again as the importing process.
const (
	childVariable = "ZJCS_TEST_IMPORT_URL"
	childFile     = "ZJCS_TEST_IMPORT_FILE"
)

// importAsChild imports and says after each part how far it is, then waits for a
// line, so that the parent decides when it goes on.
func importAsChild() {
	ctx := context.Background()
	pool, err := db.Open(ctx, os.Getenv(childVariable), 4)
	if err != nil {
		fmt.Fprintln(os.Stdout, "open:", err)
		os.Exit(1)
	}
	vault, err := secret.NewVault(key)
	if err != nil {
		fmt.Fprintln(os.Stdout, "vault:", err)
		os.Exit(1)
	}
	_, err = importAgencies(ctx, pool, vault, exchange.Options{File: os.Getenv(childFile), Progress: func(_, _, rows int64) {
		fmt.Fprintln(os.Stdout, rows)
		var word string
		_, _ = fmt.Scanln(&word)
	}})
	fmt.Fprintln(os.Stdout, "done:", err)
}
