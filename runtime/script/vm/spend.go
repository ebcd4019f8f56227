package vm

import lua "github.com/yuin/gopher-lua"

// What things take of memory, in bytes, about: gopher-lua's tables keep their keys
// twice, and three times where they have an index.
const (
	tableBytes   = 128
	entryBytes   = 96  // a field or another key
	recordBytes  = 416 // a table with its first few fields in one piece
	itemBytes    = 32  // an item of a list, which grows by half
	closureBytes = 80
	captureBytes = 48
	threadBytes  = 2048
)

// spend accounts for bytes that the running code has allocated.
func (m *Machine) spend(L *lua.LState, bytes int) {
	if m.Allocated += int64(bytes); m.Allocated > m.AllocLimit {
		m.Overrun(L)
	}
}

// Bytes is what a table itself takes, without what is in it, about.
func Bytes(t *lua.LTable) int64 {
	tt := tableOf(t)
	return int64(tableBytes + cap(tt.array)*itemBytes/2 + (len(tt.strdict)+len(tt.dict))*entryBytes)
}

// EachRegister gives the values in a thread's registers, and what the thread takes.
func EachRegister(L *lua.LState, f func(lua.LValue)) int64 {
	th := threadOf(L)
	for _, v := range th.reg.array[:th.reg.top] {
		if v != nil {
			f(v)
		}
	}
	return int64(threadBytes + len(th.reg.array)*itemBytes/2)
}
