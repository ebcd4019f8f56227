package release

import (
	"testing"
	"time"
)

// However many patches are made and dropped, a bounded number is kept, and all that are open.
func TestPatchesThatAreOverAreForgotten(t *testing.T) {
	k := &patches{now: time.Now}
	first := &Patch{ID: 1, Function: "m.first", Status: PatchOpen}
	k.add(first)
	for id := 2; id < 5*maxOver; id++ {
		p := &Patch{ID: id, Function: "m.f", Status: PatchOpen}
		k.add(p)
		k.close(p, PatchDropped)
	}
	if n := len(k.all); n != maxOver+1 {
		t.Errorf("%d are kept", n)
	}
	if k.open(1) != first || k.count() != 1 {
		t.Error("the one that is open was forgotten")
	}
	if last := k.all[len(k.all)-1]; last.ID != 5*maxOver-1 {
		t.Errorf("the last that is known is %d", last.ID)
	}
	k.closeAll()
	if k.count() != 0 || len(k.all) != maxOver {
		t.Errorf("%d are open, %d are kept", k.count(), len(k.all))
	}
}
