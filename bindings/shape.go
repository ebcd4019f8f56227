package bindings

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hotshard/runtime/world"
)

// CheckSent says what is wrong with an event that a client was sent; nil for one that is
// as its signature says. known is false for one that has none.
func CheckSent(name string, fields map[string]world.Value) (known bool, err error) {
	for _, e := range SentEvents {
		if e.Name() == name {
			_, rest, _ := strings.Cut(e.Sig, "(")
			if err := fitsMembers(splitArgs(rest), fields); err != nil {
				return true, fmt.Errorf("the event %s%w; it is %s", name, err, e.Sig)
			}
			return true, nil
		}
	}
	return false, nil
}

// fitsMembers compares an object with its members' types, "name?: type".
func fitsMembers(members []string, v map[string]world.Value) error {
	known := map[string]bool{}
	for _, m := range members {
		name, typ, _ := strings.Cut(m, ":")
		name, optional := strings.CutSuffix(strings.TrimSpace(name), "?")
		known[name] = true
		got := v[name]
		if got == nil && optional {
			continue
		}
		if err := fits(strings.TrimSpace(typ), got); err != nil {
			return fmt.Errorf(".%s%w", name, err)
		}
	}
	for name := range v {
		if !known[name] {
			return fmt.Errorf(".%s: nobody knows this member", name)
		}
	}
	return nil
}

// fits compares a value with a type.
func fits(typ string, v world.Value) error {
	switch {
	case strings.HasSuffix(typ, "[]"):
		return fitsList(v, func(int) string { return strings.TrimSuffix(typ, "[]") })
	case strings.HasPrefix(typ, "["):
		parts := splitArgs(strings.TrimSuffix(typ[1:], "]") + ")")
		if list, ok := v.([]world.Value); !ok || len(list) != len(parts) {
			return mismatch(typ, v)
		}
		return fitsList(v, func(i int) string { return parts[i] })
	case strings.HasPrefix(typ, "{"):
		object, ok := v.(map[string]world.Value)
		if !ok {
			return mismatch(typ, v)
		}
		return fitsMembers(splitArgs(strings.TrimSuffix(typ[1:], "}")+")"), object)
	}
	if !slices.Contains(kinds(v), typ) {
		return mismatch(typ, v)
	}
	return nil
}

func fitsList(v world.Value, typ func(int) string) error {
	list, ok := v.([]world.Value)
	if !ok {
		return mismatch("list", v)
	}
	for i, x := range list {
		if err := fits(typ(i), x); err != nil {
			return fmt.Errorf("[%d]%w", i, err)
		}
	}
	return nil
}

func mismatch(typ string, v world.Value) error { return fmt.Errorf(": %v is no %s", v, typ) }

// kinds are the plain types that a value has.
func kinds(v world.Value) []string {
	switch x := v.(type) {
	case string:
		return []string{"string"}
	case bool:
		return []string{"boolean"}
	case float64:
		if x == math.Trunc(x) {
			return []string{"number", "integer"}
		}
		return []string{"number"}
	case map[string]world.Value, []world.Value:
		return []string{"table"}
	}
	return nil
}
