package clock

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAfterFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran atomic.Int32
		stop := AfterFunc(Machine{}, time.Minute, func() { ran.Add(1) })
		stopped := AfterFunc(Machine{}, time.Minute, func() { ran.Add(100) })
		time.Sleep(time.Minute - 1)
		stopped()
		stopped()
		if synctest.Wait(); ran.Load() != 0 {
			t.Errorf("it ran %d times too early", ran.Load())
		}
		time.Sleep(time.Hour)
		if synctest.Wait(); ran.Load() != 1 {
			t.Errorf("it ran %d times", ran.Load())
		}
		stop() // too late, and no matter
	})
}
