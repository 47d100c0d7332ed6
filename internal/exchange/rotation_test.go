package exchange_test

import (
	"testing"

	"zjcs/internal/platform/secret"
)

// TestKnownUnderAnOldKey: after the key was changed and before the rotation ends, the
// same persons delivered again are the persons that are known.
func TestKnownUnderAnOldKey(t *testing.T) {
	t.Parallel()
	s := setup(t)
	const phone = "19900001234"
	s.take(agencyHeader + firm(serialUSCC(1)))
	s.takeExperts(expertTable(expertRow(personID, phone)))

	var err error
	s.vault, err = secret.NewVault(secret.NewKey(), key)
	s.must(err)
	// Another telephone, so that the file is not the one already taken in.
	if rep := s.takeExperts(expertTable(expertRow(personID, "19900005678"))); rep.Summary.Updated != 1 || rep.Summary.Inserted != 0 {
		t.Errorf("experts: %+v", rep.Summary)
	}
	if sum := s.take(agencyHeader + firm(serialUSCC(1)) + firm(serialUSCC(2), "执业人员=")); sum.Unchanged != 1 || sum.Inserted != 1 {
		t.Errorf("agencies: %+v", sum)
	}
	if n := one[int64](s, `SELECT count(*) FROM expert`); n != 1 {
		t.Errorf("one person is %d experts", n)
	}
}
