package storetest_test

import (
	"context"
	"testing"

	"hotshard/data/store"
	"hotshard/data/store/storetest"
)

func TestOpen(t *testing.T) {
	s := storetest.Open(t)
	if _, err := s.Login(context.Background(), "Anna", "x", store.Character{}); err != nil {
		t.Fatal(err)
	}
}
