package server

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Once a day, and not before, the database is made smaller, where something was deleted.
func TestTheDatabaseIsTidiedOnceADay(t *testing.T) {
	t.Parallel()
	s := start(t, config(t))
	ctx := context.Background()
	for _, v := range []any{strings.Repeat("x", 1<<18), nil} {
		for i := range 20 {
			if err := s.store.Put(ctx, "test", string(rune('a'+i)), v); err != nil {
				t.Fatal(err)
			}
		}
	}
	unused := func() int64 {
		t.Helper()
		free, err := s.store.Unused(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return free
	}
	d := &daily{s: s.Server, last: time.Date(2026, 3, 1, 4, 30, 0, 0, time.UTC)}
	before := unused()
	if d.look(ctx, time.Date(2026, 3, 2, 3, 59, 0, 0, time.UTC)); unused() < before {
		t.Errorf("it was tidied too early: %d bytes of %d are unused", unused(), before)
	}
	if d.look(ctx, time.Date(2026, 3, 2, 4, 1, 0, 0, time.UTC)); unused() > before/4 || before < 4<<20 {
		t.Errorf("%d bytes of %d are unused still", unused(), before)
	}
}
