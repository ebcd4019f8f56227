package server

import (
	"reflect"
	"testing"
	"time"
)

func TestSharesOfProcessors(t *testing.T) {
	hog := func(share float64) taking { return taking{cores: share, share: share} }
	small := taking{cores: 0.05, share: 1}
	late := taking{cores: 0.05, share: 1, late: true}
	for name, c := range map[string]struct {
		all  []taking
		want []float64
	}{
		"nobody suffers":             {[]taking{hog(1), hog(1), small}, []float64{1, 1, 1}},
		"there is enough for all":    {[]taking{hog(1), late}, []float64{1, 1}},
		"two hogs, and one suffers":  {[]taking{hog(1), hog(1), late}, []float64{0.825, 0.825, 1}},
		"many hogs, and one suffers": {[]taking{hog(1), hog(1), hog(1), hog(1), late}, []float64{0.4125, 0.4125, 0.4125, 0.4125, 1}},
		"it is over":                 {[]taking{hog(0.4), hog(0.9), small}, []float64{0.5, 1, 1}},
		"who takes most is late":     {[]taking{{cores: 1, late: true, share: 1}, hog(1), small}, []float64{1, 1, 1}},
	} {
		got := divide(c.all, 2)
		for i := range got {
			got[i] = float64(int(got[i]*10000+0.5)) / 10000
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

func TestWhoHasToRest(t *testing.T) {
	at := time.Unix(0, 0)
	var list []idle
	for _, minutes := range []int{3, 1, 2} {
		list = append(list, idle{used: at.Add(time.Duration(minutes) * time.Minute)})
	}
	p := pressure{systems: 10}
	if got := p.chosen(10, list); len(got) != 0 {
		t.Errorf("%d have to rest where there is room", len(got))
	}
	got := p.chosen(12, list)
	if len(got) != 2 || got[0].used.After(got[1].used) || got[1].used != at.Add(2*time.Minute) {
		t.Errorf("of three, two too many, these rest: %v", got)
	}
	if got := p.chosen(100, list); len(got) != 3 {
		t.Errorf("%d rest, and no more than three may", len(got))
	}
	short := pressure{bytes: 1}
	if got := short.chosen(1, list); len(got) != 1 {
		t.Errorf("%d rest where memory is short", len(got))
	}
	if got := short.chosen(1, list); len(got) != 0 {
		t.Errorf("%d more rest before anything was collected", len(got))
	}
}
