package script

import (
	"reflect"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// FuzzToValue: whatever a script makes is a plain value or an error, and a plain
// value comes back as it was.
func FuzzToValue(f *testing.F) {
	for _, code := range []string{"1", "nil, 2", `{1, 2, {a = "x"}}`, "{[1.5] = 1, [-1] = 2}", "0/0", "{print}", "{{{{}}}}", "{1, nil, 3}", "{[{}] = 1}", "1e308 * 10"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		L := lua.NewState(lua.Options{SkipOpenLibs: true})
		defer L.Close()
		if len(code) > 200 || strings.ContainsAny(code, "();:") {
			return // values, not programs
		}
		var values []lua.LValue
		fn, err := L.LoadString("return " + code)
		if err != nil {
			return
		}
		if err := L.CallByParam(lua.P{Fn: fn, NRet: lua.MultRet, Protect: true}); err != nil {
			return
		}
		for i := 1; i <= L.GetTop(); i++ {
			values = append(values, L.Get(i))
		}
		for _, v := range values {
			plain, err := ToValue(v)
			if err != nil {
				continue
			}
			again, err := ToValue(ToLua(L, plain))
			if err != nil || !reflect.DeepEqual(plain, again) {
				t.Fatalf("%#v came back as %#v, %v", plain, again, err)
			}
		}
	})
}
