package script

import (
	"slices"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// workloads are what scripts do all day, each a function of the module main.
var workloads = []struct{ name, src string }{
	{"calls", `local M={} local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end function M.run() return fib(21) end return M`},
	{"loop", `local M={} function M.run() local s=0 for i=1,100000 do s=s+i%7 end return s end return M`},
	{"while", `local M={} function M.run() local s,i=0,0 while i<60000 do i=i+1 if i%3==0 then s=s+1 end end return s end return M`},
	{"tables", `local M={} function M.run() local t={} for i=1,20000 do t[i]={x=i,y=-i} end local s=0 for i,v in ipairs(t) do v.x=v.x+v.y s=s+v.x end return s end return M`},
	{"fields", `local M={hp=0} function M.run() for i=1,60000 do M.hp=M.hp+1 end return M.hp end return M`},
	{"methods", `local C={} C.__index=C function C.new(n) return setmetatable({n=n},C) end function C:add(k) self.n=self.n+k return self end local M={} function M.run() local o=C.new(0) for i=1,30000 do o:add(i):add(-1) end return o.n end return M`},
	{"closures", `local M={} function M.run() local s=0 for i=1,15000 do local f=function(x) return x+i end s=s+f(1) end return s end return M`},
	{"strings", `local M={} function M.run() local n=0 for i=1,10000 do local s="k"..i n=n+#s end return n end return M`},
	{"ship", `local M={ships={}} for i=1,200 do M.ships[i]={id=i,x=i,y=0,vx=1,vy=.5,hp=100,target=(i%200)+1} end
		local function distance(a,b) local dx,dy=a.x-b.x,a.y-b.y return (dx*dx+dy*dy)^.5 end
		function M.run() local hits=0 for k=1,20 do for _,s in ipairs(M.ships) do s.x=s.x+s.vx*.1 s.y=s.y+s.vy*.1 local t=M.ships[s.target] if distance(s,t)<50 then t.hp=t.hp-.01 hits=hits+1 end end end return hits end return M`},
}

// stockState runs a workload's module in a plain gopher-lua state.
func stockState(tb testing.TB, src string) (*lua.LState, *lua.LFunction) {
	L := lua.NewState(lua.Options{RegistrySize: 128, RegistryGrowStep: 1024, RegistryMaxSize: 256 << 10, CallStackSize: 200, MinimizeStackMemory: true})
	if err := L.DoString(src); err != nil {
		tb.Fatal(err)
	}
	return L, L.Get(-1).(*lua.LTable).RawGetString("run").(*lua.LFunction)
}

func call(tb testing.TB, L *lua.LState, fn *lua.LFunction) {
	if err := protectedCall(L, fn, 1); err != nil {
		tb.Fatal(err)
	}
	L.Pop(1)
}

// speeds measures a workload in turns: on stock gopher-lua and in a State, with its
// budgets.
func speeds(tb testing.TB, src string, rounds int) (stock, ours time.Duration) {
	s, _ := newTestState(tb, map[string]string{"main.lua": src}, "main")
	fn := s.loaded.RawGetString("main").(*lua.LTable).RawGetString("run").(*lua.LFunction)
	L, plain := stockState(tb, src)
	defer L.Close()
	var a, b []time.Duration
	clock := func(f func()) time.Duration { t := time.Now(); f(); return time.Since(t) }
	for range rounds {
		a = append(a, clock(func() {
			if err := L.CallByParam(lua.P{Fn: plain, NRet: 1, Protect: true}); err != nil {
				tb.Fatal(err)
			}
			L.Pop(1)
		}))
		b = append(b, clock(func() { s.metered(RunBudget, func() { call(tb, s.l, fn) }) }))
	}
	best := slices.Min[[]time.Duration] // the quietest moment of a shared machine
	return best(a), best(b)
}

// BenchmarkSpeed compares scripts in a State with stock gopher-lua in one run: above 1
// the State is faster.
func BenchmarkSpeed(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			stock, ours := speeds(b, w.src, max(b.N, 150))
			b.ReportMetric(float64(stock)/float64(ours), "times-stock")
			b.ReportMetric(float64(stock.Microseconds()), "stock-µs")
			b.ReportMetric(0, "ns/op")
		})
	}
}
