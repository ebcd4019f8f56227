package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// What was deleted is given back to the disk, and what is left is as it was.
func TestTidyGivesBackWhatIsUnused(t *testing.T) {
	fileOnly(t)
	s := open(t)
	ctx := context.Background()
	big := strings.Repeat("x", 20_000)
	const many = 400
	for i := range many {
		must(t, s.Put(ctx, "big", fmt.Sprint(i), big))
	}
	must(t, s.Put(ctx, "small", "kept", "still here"))
	before := filePages(t, s)
	for i := range many {
		must(t, s.Put(ctx, "big", fmt.Sprint(i), nil))
	}
	done, err := s.Tidy(ctx)
	must(t, err)
	after := filePages(t, s)
	if most := before.all * before.size / 4; after.all*after.size > most || done.Returned < most {
		t.Errorf("of %d pages %d are left, and %d bytes were given back", before.all, after.all, done.Returned)
	}
	if v, err := s.Get(ctx, "small", "kept"); err != nil || v != "still here" {
		t.Errorf("what was kept is %v, %v", v, err)
	}
	must(t, s.Check(ctx))
	if again, err := s.Tidy(ctx); err != nil || again.Returned != 0 {
		t.Errorf("once more: %+v, %v", again, err)
	}
}

func filePages(t *testing.T, s *Store) pages {
	t.Helper()
	p, err := countedPages(context.Background(), s.read)
	must(t, err)
	return p
}
