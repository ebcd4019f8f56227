package clock

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAfterFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran := 0
		stop := AfterFunc(Machine{}, time.Minute, func() { ran++ })
		stopped := AfterFunc(Machine{}, time.Minute, func() { ran += 100 })
		time.Sleep(time.Minute - 1)
		stopped()
		stopped()
		if synctest.Wait(); ran != 0 {
			t.Errorf("it ran %d times too early", ran)
		}
		time.Sleep(time.Hour)
		if synctest.Wait(); ran != 1 {
			t.Errorf("it ran %d times", ran)
		}
		stop() // too late, and no matter
	})
}
