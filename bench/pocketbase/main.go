// Command pocketbase is the peer of the measurements: PocketBase as a Go program,
// serving the rows the marketplace serves. `load` fills it from the marketplace's own
// answers; `serve` is PocketBase as it comes: rate limiting off, its log on.
package main

import (
	"log"

	"github.com/pocketbase/pocketbase"
	"github.com/spf13/cobra"
)

func main() {
	app := pocketbase.New()
	var cards, details string
	load := &cobra.Command{
		Use:   "load",
		Short: "fill an empty data folder from two files of JSON lines",
		RunE: func(*cobra.Command, []string) error {
			if err := app.RunAllMigrations(); err != nil {
				return err
			}
			if err := loadDocuments(app, "agency_cards", cards); err != nil {
				return err
			}
			if err := loadDocuments(app, "agencies", details); err != nil {
				return err
			}
			return loadRelations(app, details)
		},
	}
	load.Flags().StringVar(&cards, "cards", "", "items of the marketplace's list, one a line")
	load.Flags().StringVar(&details, "details", "", "the marketplace's details, one a line")
	app.RootCmd.AddCommand(load)
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}
