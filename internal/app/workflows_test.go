package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"zjcs/internal/app"
)

// TestWorkflowsAreDrawnAsTheyAre: docs/workflows holds what the tables say, and nothing
// else (`make gen` writes it).
func TestWorkflowsAreDrawnAsTheyAre(t *testing.T) {
	t.Parallel()
	const dir = "../../docs/workflows"
	drawn := app.Workflows()
	for name, want := range drawn {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s is not current, run make gen: %v", name, err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if drawn[f.Name()] == "" {
			t.Errorf("%s is of no life cycle", f.Name())
		}
	}
}
